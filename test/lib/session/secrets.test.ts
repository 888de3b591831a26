import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { SessionOptions } from '../../../lib';
import type { ScriptFault, ScriptFile } from '../../../local-service';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';

const KEY = 'sk-5ecre7-d0-not-show-7f3a';

/** Everything that a value could print: its fields, its hidden fields, its causes and its stack. */
function everythingOf(value: unknown): string {
  const parts = [inspect(value, { showHidden: true, depth: 20, getters: true }), String(value)];
  for (let error = value; error instanceof Error; error = error.cause) {
    parts.push(error.message, error.stack ?? '', JSON.stringify(error));
  }
  return parts.join('\n');
}

describe('the API key', () => {
  const rig = useLibRig();
  const log: string[] = [];
  const warnings: string[] = [];
  const note = (warning: Error) => warnings.push(everythingOf(warning));

  before(() => process.on('warning', note));
  after(() => process.off('warning', note));

  /** Runs a session to its end and collects everything that anybody could see of it. */
  async function everythingSeen(
    script: ScriptFile,
    options: SessionOptions = {},
    key = KEY,
  ): Promise<string> {
    log.length = 0;
    await rig.serve(script, { log: (line) => log.push(line) });
    const recorded = rig.open({
      apiKey: key,
      mode: 'manual',
      reconnect: { maxAttempts: 1, baseDelayMs: 1 },
      ...options,
    });
    const { session } = recorded;
    const seen: unknown[] = [];
    const see = (promise: Promise<unknown>) =>
      promise.then(
        (value) => seen.push(value),
        (error: unknown) => seen.push(error),
      );
    const waits = [see(session.append(silence(500))), see(session.commit()), see(session.ready())];
    waits.push(see(session.finish()));
    seen.push(inspect(session, { showHidden: true, depth: 20, getters: true }));
    await recorded.end();
    await Promise.all([...waits, see(session.append(silence(100))), see(session.commit())]);
    seen.push(inspect(session, { showHidden: true, depth: 20, getters: true }), ...recorded.events);
    return [...seen.map(everythingOf), ...log, ...warnings, rig.service.sessions[0]?.url].join('\n');
  }

  const echo = (where: string) => `${where}: Bearer ${KEY} is what you sent, ${KEY}`;
  const error = (code: string) => ({ type: 'error', error: { code, message: echo(code), param: KEY } });
  const script = (...faults: ScriptFault[]): ScriptFile => ({ utterances: ['Hello.'], faults });
  const situations: [name: string, script: ScriptFile, shown: RegExp][] = [
    ['a session that goes well', script(), /Hello\./],
    [
      'a refusal that repeats it',
      { upgrade: { status: 401, message: echo('refusal') } },
      /It said: .*Bearer \*\*\*/,
    ],
    [
      'a 503 that repeats it',
      { upgrade: { status: 503, message: echo('refusal') } },
      /It said: .*Bearer \*\*\*/,
    ],
    [
      'a close reason that repeats it',
      script({ on: 'configured', do: 'close', code: 1011, reason: echo('reason') }),
      /reason: Bearer \*\*\*/,
    ],
    [
      'an early close reason that repeats it',
      script({ on: 'opened', do: 'close', code: 1008, reason: echo('reason') }),
      /reason: Bearer \*\*\*/,
    ],
    [
      'a refused configuration that repeats it',
      script({ on: 'configured', do: 'replace', text: JSON.stringify(error('invalid_value')) }),
      /Bearer \*\*\*/,
    ],
    [
      'an ending error that repeats it',
      script({ on: 'interim', nth: 1, do: 'send', frame: error('InvalidApiKey') }),
      /Bearer \*\*\*/,
    ],
    [
      'a warning that repeats it',
      script({ on: 'interim', nth: 1, do: 'send', frame: error('invalid_value') }),
      /Bearer \*\*\*/,
    ],
    [
      'a failed sentence that repeats it',
      script({ on: 'committed', nth: 1, do: 'send', frame: error('COMMON_ERROR') }),
      /Bearer \*\*\*/,
    ],
    [
      'an unknown event that is named like it',
      script({ on: 'interim', nth: 1, do: 'send', frame: { type: KEY } }),
      /unknown event "\*\*\*"/,
    ],
    [
      'another model that is named like it',
      script({ on: 'opened', do: 'edit', set: { 'session.model': KEY } }),
      /runs \*\*\*, not/,
    ],
    [
      'garbage that repeats it',
      script({ on: 'interim', nth: 1, do: 'send', text: echo('garbage') }),
      /GARBAGE_FRAME/,
    ],
    ['a broken connection', script({ on: 'committed', do: 'terminate' }), /CONNECTION_LOST/],
  ];
  for (const [name, file, shown] of situations) {
    it(`is seen nowhere after ${name}`, async () => {
      const seen = await everythingSeen(file);
      assert.match(seen, shown);
      assert.equal(rig.service.sessions[0]?.headers.authorization, `Bearer ${KEY}`);
      assert.ok(
        !seen.includes(KEY),
        `seen: ${seen.slice(Math.max(0, seen.indexOf(KEY) - 200), seen.indexOf(KEY) + 60)}`,
      );
    });
  }

  it('is seen nowhere after a task that fails and repeats it', async () => {
    const seen = await everythingSeen(
      {
        utterances: [{ text: 'Hello.', error: {} }],
        faults: [{ on: 'error', do: 'edit', set: { 'header.error_message': echo('task') } }],
      },
      { model: 'fun-asr-realtime', mode: 'vad' },
    );
    assert.match(seen, /task: Bearer \*\*\*/);
    assert.ok(!seen.includes(KEY));
  });

  it('is seen nowhere after a connection that could not be made', async () => {
    await rig.serve();
    for (const address of ['ws://127.0.0.1:9', 'wss://nowhere.invalid']) {
      const recorded = rig.open({ region: 'custom', address, apiKey: KEY });
      const failure = await recorded.failure();
      assert.ok(!everythingOf(failure).includes(KEY));
      assert.ok(!everythingOf(recorded.session).includes(KEY));
    }
  });

  it('is seen nowhere after an option is refused', () => {
    for (const options of [
      { model: 'nonsense' },
      { address: 'ws://10.0.0.1', region: 'custom' as const },
      { region: 'mars' as 'local' },
    ]) {
      assert.throws(
        () => rig.open({ address: 'ws://127.0.0.1:9', ...options, apiKey: KEY }),
        (thrown) => !everythingOf(thrown).includes(KEY),
      );
    }
  });

  it('may be a word of the protocol, as people type it for a service that needs no key', async () => {
    for (const word of ['text', 'x', 'session', 'error', 'transcript', 'item_id', '1']) {
      const seen = await everythingSeen(script(), {}, word);
      assert.match(seen, /'Hello\.'/, word);
    }
  });
});
