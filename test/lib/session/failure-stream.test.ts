import assert from 'node:assert/strict';
import type { AsrErrorCode, SessionOptions } from '../../../lib';
import type { ScriptFault, ScriptFile } from '../../../local-service';
import { ManualClock } from '../../support/clocks';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';
import { turns } from '../../support/turns';
import { waitUntil } from '../../support/wait-until';
import { watchedConnect } from '../../support/watched-connect';

const SENTENCE = 'Good morning everybody.';
const FAST = { burstMs: 1e6 };

describe('a session without reconnects whose connection or service fails in the middle', () => {
  const rig = useLibRig();

  /** A session that has heard part of a sentence. */
  async function midSentence(faults: ScriptFault[], options: SessionOptions = {}, script: ScriptFile = {}) {
    await rig.serve({ utterances: [SENTENCE], faults, ...script });
    const recorded = rig.open({ pace: FAST, reconnect: { maxAttempts: 0 }, ...options });
    await recorded.session.append(silence(600));
    await recorded.next('interim');
    return recorded;
  }

  it('keeps what was heard as a truncated final, and then says that the connection was lost', async () => {
    const recorded = await midSentence([{ atAudioMs: 700, do: 'terminate' }]);
    void recorded.session.append(silence(200));
    const error = await recorded.failure();
    assert.equal(error.code, 'CONNECTION_LOST');
    assert.equal(error.retryable, true);
    assert.equal(error.closeCode, 1006);
    assert.deepEqual(recorded.types.slice(-2), ['final', 'error']);
    const [final] = recorded.of('final');
    assert.equal(final?.truncated, true);
    assert.equal(final.text, recorded.of('interim').at(-1)?.text);
    assert.equal(final.sentenceId, recorded.of('interim')[0]?.sentenceId);
    assert.equal(final.beginMs, 200);
    assert.equal(recorded.of('error')[0]?.statistics.finals, 1);
  });

  const closes: [code: number, expected: AsrErrorCode, retryable: boolean][] = [
    [1000, 'CONNECTION_LOST', true],
    [1001, 'CONNECTION_LOST', true],
    [1007, 'PROTOCOL_REJECTED', false],
    [1009, 'PROTOCOL_REJECTED', false],
    [1011, 'CONNECTION_LOST', true],
    [1012, 'CONNECTION_LOST', true],
    [1013, 'CONNECTION_LOST', true],
  ];
  for (const [code, expected, retryable] of closes) {
    it(`takes a close with ${code} in the middle for ${expected}, with the reason`, async () => {
      const recorded = await midSentence([{ atAudioMs: 700, do: 'close', code, reason: 'because' }]);
      void recorded.session.append(silence(200));
      const error = await recorded.failure();
      assert.equal(error.code, expected);
      assert.equal(error.retryable, retryable);
      assert.equal(error.closeCode, code);
      assert.match(error.message, new RegExp(`${code}, because`));
      assert.deepEqual(recorded.finals.length, 1);
    });
  }

  it('rejects every pending append, commit and finish when the connection is lost', async () => {
    const recorded = await midSentence([{ on: 'committed', do: 'terminate' }], {
      mode: 'manual',
      maxHeldAudioMs: 100,
      pace: { burstMs: 700, multiple: 0.1 },
    });
    const { session } = recorded;
    const commit = session.commit();
    const append = session.append(silence(5000));
    const late = session.commit();
    const finish = session.finish();
    const error = await recorded.failure();
    for (const promise of [commit, append, late, finish]) await assert.rejects(promise, error);
    assert.ok(session.statistics().audioLostMs >= 4800);
    assert.equal(session.statistics().audioHeldMs, 0);
  });

  for (const code of [
    'Throttling.RateQuota',
    'Arrearage',
    'InvalidApiKey',
    'InternalError.Timeout',
  ] as const) {
    it(`ends on an error event with ${code}`, async () => {
      const frame = { type: 'error', error: { code, message: 'Said so.' } };
      const recorded = await midSentence([{ on: 'interim', nth: 1, do: 'send', frame }]);
      const error = await recorded.failure();
      assert.equal(error.serviceCode, code);
      assert.equal(error.retryable, code === 'Throttling.RateQuota' || code === 'InternalError.Timeout');
      assert.equal(recorded.of('final')[0]?.truncated, true);
    });
  }

  it('goes on with a warning after an error about one message', async () => {
    const frame = { type: 'error', error: { code: 'invalid_value', message: 'Bad.', param: 'audio' } };
    const recorded = await midSentence([{ on: 'interim', nth: 1, do: 'send', frame }]);
    await recorded.session.finish();
    assert.deepEqual(
      recorded.of('warning').map(({ code }) => code),
      ['SERVICE_WARNING'],
    );
    assert.deepEqual(recorded.finals, [SENTENCE]);
  });

  it('notices a half-open link by its pings, within two of them', async () => {
    const clock = new ManualClock();
    const { arrivals, connect } = watchedConnect();
    const recorded = await midSentence([{ atAudioMs: 700, do: 'halfOpen' }], {
      environment: { clock, connect },
      pingIntervalMs: 5000,
      pongTimeoutMs: 5000,
    });
    clock.advance(5000);
    await waitUntil(() => arrivals[0]!.pongs === 1, 'the answer to the first ping');
    await recorded.session.append(silence(100));
    await waitUntil(() => rig.service.sessions[0]!.audioBytes === 700 * 32, 'the audio');
    clock.advance(5000);
    assert.equal(recorded.session.state, 'open');
    clock.advance(5000);
    const error = await recorded.failure();
    assert.equal(error.code, 'CONNECTION_LOST');
    assert.equal(error.retryable, true);
    assert.match(error.message, /no answer to a ping within 5000 ms/);
    assert.equal(clock.pending, 0);
    // The service's side reads nothing, so it never sees the end.
    await rig.service.close();
  });

  it('keeps a silent link that answers its pings', async () => {
    const clock = new ManualClock();
    const { arrivals, connect } = watchedConnect();
    const recorded = await midSentence([], {
      environment: { clock, connect },
      pingIntervalMs: 5000,
      pongTimeoutMs: 5000,
    });
    for (let pings = 1; pings <= 5; pings++) {
      clock.advance(5000);
      await waitUntil(() => arrivals[0]!.pongs === pings, `the answer to ping ${pings}`);
    }
    assert.equal(recorded.session.state, 'open');
  });

  it('bounds the audio in memory behind a slow reader, and makes append wait', async () => {
    const recorded = await midSentence([{ atAudioMs: 100, do: 'readSlowly', bytesPerSecond: 10_000 }], {
      maxHeldAudioMs: 2000,
    });
    const { session } = recorded;
    let accepted = 0;
    const pump = (async () => {
      for (; accepted < 3000; accepted++) await session.append(silence(1000));
    })();
    await waitUntil(() => session.statistics().audioHeldMs > 2000, 'the audio to pile up');
    const before = accepted;
    // Without back-pressure, all audio would have been taken within one turn of the event loop.
    await turns(50);
    assert.ok(accepted - before < 20, `${accepted - before} seconds more were taken`);
    assert.ok(session.statistics().audioHeldMs <= 3100, `${session.statistics().audioHeldMs} ms are held`);
    session.abort();
    await assert.rejects(pump, { code: 'ABORTED' });
  });

  it('survives malformed, binary and unknown frames, and reports each', async () => {
    const recorded = await midSentence([
      { on: 'interim', nth: 1, do: 'send', text: '{"type":' },
      { on: 'interim', nth: 1, do: 'send', text: 'null' },
      { on: 'interim', nth: 1, do: 'send', randomBytes: 100 },
      { on: 'interim', nth: 1, do: 'send', frame: { type: 'rate_limits.updated' } },
      { on: 'interim', nth: 1, do: 'send', frame: { type: 'rate_limits.updated' } },
    ]);
    await recorded.session.finish();
    assert.deepEqual(
      recorded.of('warning').map(({ code }) => code),
      ['GARBAGE_FRAME', 'GARBAGE_FRAME', 'GARBAGE_FRAME', 'UNKNOWN_EVENT'],
    );
    assert.deepEqual(recorded.finals, [SENTENCE]);
  });

  const quirks: [name: string, faults: ScriptFault[]][] = [
    [
      'doubled frames',
      [
        { on: 'interim', do: 'duplicate' },
        { on: 'final', do: 'duplicate' },
        { on: 'committed', do: 'duplicate' },
        { on: 'speechStopped', do: 'duplicate' },
      ],
    ],
    [
      'delayed frames',
      [
        { on: 'interim', do: 'delay', ms: 3 },
        { on: 'final', do: 'delay', ms: 5 },
      ],
    ],
    ['a final before its committed', [{ on: 'committed', do: 'hold', until: 'final' }]],
    ['a speech_started behind the text', [{ on: 'speechStarted', do: 'hold', until: 'interim' }]],
    [
      'frames without ids',
      [
        { on: 'interim', do: 'edit', remove: ['item_id'] },
        { on: 'final', do: 'edit', remove: ['item_id', 'usage'] },
      ],
    ],
    [
      'more fields than known',
      [
        { on: 'final', do: 'edit', set: { transcript_raw: 'x', 'usage.more': [1], item: { id: 7 } } },
        { on: 'configured', do: 'edit', set: { 'session.create_response': true } },
      ],
    ],
    [
      'no speech_started and speech_stopped',
      [
        { on: 'speechStarted', do: 'drop' },
        { on: 'speechStopped', do: 'drop' },
      ],
    ],
    [
      'no committed and item.created',
      [
        { on: 'committed', do: 'drop' },
        { on: 'itemCreated', do: 'drop' },
      ],
    ],
  ];
  for (const [name, faults] of quirks) {
    for (const mode of ['vad', 'manual'] as const) {
      it(`gets the same final in mode ${mode} from a service with ${name}`, async () => {
        const recorded = await midSentence(faults, { mode });
        const { session } = recorded;
        if (mode === 'manual') assert.equal((await session.commit()).text, SENTENCE);
        await session.append(silence(500));
        await session.finish();
        assert.deepEqual(recorded.finals, [SENTENCE]);
        assert.equal(recorded.of('final')[0]?.truncated, undefined);
        assert.equal(new Set(recorded.of('interim').map(({ sentenceId }) => sentenceId)).size, 1);
        assert.equal(recorded.of('final')[0]?.sentenceId, recorded.of('interim')[0]?.sentenceId);
      });
    }
  }
});
