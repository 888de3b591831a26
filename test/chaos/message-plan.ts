import type { Random } from '../support/random';
import type { Way } from './chaos-session';
import type { Speech } from './speech';

/** How the service refuses a connection that the network lets through. */
export type Refusal =
  /** The account has as many connections as it may (protocol.md E 1), said before or behind the greeting. */
  | 'cap before'
  | 'cap behind'
  /** The service has failed by itself (protocol.md E 3). */
  | 'ResponseTimeout';

/** Where a live service differs from its documentation (protocol.md B.4, E 6). */
export type Quirk = 'no item_id' | 'created first' | 'no sentence_id';

/** The faults of the service in one session, in addition to those of the network. */
export interface MessagePlan {
  quirks: readonly Quirk[];
  /** Of the connections behind the first. */
  refusals: readonly (Refusal | undefined)[];
  /** The first connection fails by itself at this audio. */
  failsAtMs?: number;
  /** One of the first connections that gets nothing for so long, and owes no result, is closed with 1011 (protocol.md E 5). */
  idleMs?: number;
  /** Audio at which the service commits by itself, in Manual mode (protocol.md E 7). */
  commitsAtMs: readonly number[];
}

/** The same source of chance gives the same plan. */
export function planMessages(random: Random, way: Way, speech: Speech): MessagePlan {
  const isQwen = way.model.startsWith('qwen');
  const quirks: readonly Quirk[] = isQwen ? ['no item_id', 'created first'] : ['no sentence_id'];
  const refusals: readonly Refusal[] = isQwen ? ['cap before', 'cap behind'] : ['ResponseTimeout'];
  const audioMs = speech.pcm.length / 32;
  return {
    quirks: quirks.filter(() => random.chance(0.4)),
    refusals: Array.from({ length: 3 }, () => (random.chance(0.4) ? random.pick(refusals) : undefined)),
    ...(random.chance(0.25) && { failsAtMs: random.int(200, Math.round(audioMs)) }),
    ...(random.chance(0.4) && { idleMs: random.int(1500, 3000) }),
    commitsAtMs: way.mode === 'manual' ? speech.pausesMs.filter(() => random.chance(0.4)) : [],
  };
}
