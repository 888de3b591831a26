import assert from 'node:assert/strict';
import { AsrError } from '../../lib';
import type { Protocol, ServiceEvent } from '../../lib/protocol/protocol';
import { greetingProtocol, streamingProtocol } from '../support/qwen-protocol';
import { Random } from '../support/random';
import { started } from '../support/run-task-protocol';
import { mutatedFrame } from './server-frames';
import type { ProtocolName } from './server-frames';
import { FUZZ_FRAMES, FUZZ_SEED } from './size';

/** Frames that one protocol session gets. */
const FRAMES_PER_SESSION = 40;

const MAKERS: Record<ProtocolName, (random: Random) => Protocol> = {
  'qwen-realtime': (random) => {
    const config = { mode: random.pick(['vad', 'manual'] as const) };
    return random.chance(0.9) ? streamingProtocol(config) : greetingProtocol(config);
  },
  'run-task': () => started(),
};

describe('a protocol that is given malformed frames', () => {
  for (const [index, name] of (Object.keys(MAKERS) as ProtocolName[]).entries()) {
    it(`reads ${FUZZ_FRAMES} frames of ${name} without throwing, and gives well-formed events`, function () {
      this.timeout(10_000 + FUZZ_FRAMES * 5);
      const random = new Random(FUZZ_SEED).part(index);
      let protocol = MAKERS[name](random);
      const kinds = new Set<string>();
      for (let count = 0; count < FUZZ_FRAMES; count++) {
        if (count % FRAMES_PER_SESSION === 0) protocol = MAKERS[name](random);
        const frame = mutatedFrame(random, name);
        try {
          command(protocol, random);
          for (const event of protocol.decode(frame)) {
            check(event);
            kinds.add(event.type);
          }
        } catch (cause) {
          throw new Error(`FUZZ_SEED=${FUZZ_SEED}, frame ${count}: ${frame.slice(0, 2000)}`, { cause });
        }
      }
      // The mutations still reach what they are meant for.
      for (const kind of ['interim', 'final', 'finished', 'failed', 'warning', 'usage']) {
        assert.ok(kinds.has(kind), `no ${kind} among ${FUZZ_FRAMES} frames`);
      }
    });
  }
});

/** Now and then what a session would do in this state. */
function command(protocol: Protocol, random: Random): void {
  if (protocol.isPaused) protocol.resume();
  if (!protocol.acceptsAudio) return;
  if (random.chance(0.2)) protocol.audio(Buffer.alloc(320));
  if (random.chance(0.1) && protocol.commitBy === 'service') protocol.commit();
  if (random.chance(0.02)) protocol.finish();
}

const TEXTS = [
  'sentenceId',
  'text',
  'stableText',
  'language',
  'emotion',
  'sessionId',
  'message',
  'code',
] as const;
const NUMBERS = ['atMs', 'beginMs', 'endMs', 'billedSeconds', 'commit', 'emotionConfidence'] as const;

/** The types of `ServiceEvent`, which the compiler cannot see in what comes from outside. */
function check(event: ServiceEvent): void {
  const fields = event as Record<string, unknown>;
  for (const name of TEXTS) {
    if (fields[name] !== undefined) assert.equal(typeof fields[name], 'string', name);
  }
  for (const name of NUMBERS) {
    if (fields[name] !== undefined) assert.ok(Number.isFinite(fields[name]), name);
  }
  if (fields.error !== undefined) assert.ok(fields.error instanceof AsrError);
  if (event.type !== 'interim' && event.type !== 'final') return;
  for (const { text, punctuation, beginMs, endMs } of event.words ?? []) {
    assert.deepEqual([typeof text, typeof punctuation], ['string', 'string']);
    assert.ok(Number.isFinite(beginMs) && Number.isFinite(endMs));
  }
}
