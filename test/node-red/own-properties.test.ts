import assert from 'node:assert/strict';
import type { LocalService } from '../../local-service/index';
import { appendNodes, credentialsNode, errorOf, Flow, observers, sessionNodes } from '../support/node-red';
import { useService } from '../support/node-red-service';
import { silence } from '../support/scripted-audio';

describe("a message's own properties, errors and badges in Node-RED", () => {
  const { serve } = useService();
  let service: LocalService;

  beforeEach(async () => {
    service = await serve({ utterances: ['Hello there.'] });
  });

  function start(settings: object = {}): Promise<Flow> {
    const nodes = [
      credentialsNode(service.url),
      ...sessionNodes(settings),
      ...appendNodes(),
      ...observers(['append']),
    ];
    return Flow.start(nodes);
  }

  it('are kept on results where they are chosen, and the routing ones always', async () => {
    const flow = await start({ keep: 'chatId, parts,_linkSource payload __proto__' });
    const own = { chatId: 42, parts: { id: 'a', index: 0 }, _linkSource: [{ id: 'caller' }], secret: 'no' };
    flow.send('append', {
      payload: silence(3000),
      rate: 16_000,
      bits: 16,
      _session: { id: 'browser' },
      ...own,
    });
    const { chatId, parts, _linkSource, _session, secret, payload } = (await flow.message(
      'final',
    )) as unknown as Record<string, unknown>;
    assert.deepEqual(
      { chatId, parts, _linkSource, _session, payload },
      {
        chatId: 42,
        parts: own.parts,
        _linkSource: own._linkSource,
        _session: { id: 'browser' },
        payload: 'Hello there.',
      },
    );
    assert.equal(secret, undefined);
  });

  it('have the badge that there is no audio in the message, which is not bad audio', async () => {
    const flow = await start();
    flow.send('append', { payload: undefined });
    const { message } = errorOf(await flow.message('caught'));
    assert.doesNotMatch(message, /^\w*Error:/);
    assert.equal(flow.badges('append').at(-1)?.text, 'no audio in message');
    flow.send('append', { payload: Buffer.from('<!doctype html><html><body>Log in</body></html>') });
    const [, second] = await flow.messages('caught', 2);
    assert.doesNotMatch(errorOf(second!).message, /^\w*Error:/);
    assert.equal(flow.badges('append').at(-1)?.text, 'bad audio');
  });
});
