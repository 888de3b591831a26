import assert from 'node:assert/strict';
import type { SessionOptions } from '../../../lib';
import type { ScriptFile } from '../../../local-service';
import { useLibRig } from '../../support/lib-rig';
import { RAW, silence } from '../../support/scripted-audio';

const KEY = 'sk-5ecre7-d0-not-show-7f3a';

describe('the log of a session', () => {
  const rig = useLibRig();

  async function logged(script: ScriptFile, options: SessionOptions = {}) {
    await rig.serve(script);
    const entries: { message: string; details: Readonly<Record<string, unknown>> }[] = [];
    const log = {
      debug: (message: string, details: object) => entries.push({ message, details: { ...details } }),
    };
    const recorded = rig.open({ apiKey: KEY, log, ...options });
    await recorded.session.append(silence(2500), RAW).catch(() => undefined);
    await recorded.session.commit().catch(() => undefined);
    await recorded.session.finish().catch(() => undefined);
    const messages = entries.map(({ message }) => message);
    const detailsOf = (message: string) => entries.find((entry) => entry.message === message)?.details;
    return { entries, messages, detailsOf };
  }

  it('has the connection, the commits and the end, but neither the key nor the text', async () => {
    const { entries, messages, detailsOf } = await logged({ utterances: ['Hello.'] }, { mode: 'manual' });
    assert.deepEqual(messages, [
      'connecting',
      'connection open',
      'opened',
      'commit',
      'commit answered',
      'closing the connection',
      'connection ended',
      'finished',
    ]);
    assert.equal(detailsOf('commit')?.atMs, 2500);
    assert.equal(detailsOf('commit answered')?.finals, 1);
    assert.equal(detailsOf('connection ended')?.closeCode, 1000);
    const text = JSON.stringify(entries);
    assert.ok(!text.includes(KEY));
    assert.doesNotMatch(text, /Hello/);
  });

  it('has close codes and HTTP statuses of failures, without the words of the service', async () => {
    const closed = await logged({
      faults: [{ on: 'configured', do: 'close', code: 1009, reason: 'Hello.' }],
    });
    assert.equal(closed.detailsOf('connection ended')?.closeCode, 1009);
    assert.equal(closed.detailsOf('failed')?.code, 'PROTOCOL_REJECTED');
    assert.doesNotMatch(JSON.stringify(closed.entries), /Hello/);

    const refused = await logged({ upgrade: { status: 401, message: 'Hello.' } });
    assert.equal(refused.detailsOf('connection ended')?.httpStatus, 401);
    assert.equal(refused.detailsOf('failed')?.code, 'AUTHENTICATION');
    assert.doesNotMatch(JSON.stringify(refused.entries), /Hello/);
  });

  it('does not end the session when the log function throws', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const log = {
      debug: () => {
        throw new Error('No log today.');
      },
    };
    const recorded = rig.open({ log });
    await recorded.session.append(silence(2500), RAW);
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['Hello.']);
    assert.deepEqual(recorded.of('warning'), []);
  });
});
