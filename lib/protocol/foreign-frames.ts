import type { ServiceEvent } from './protocol';

/** How many kinds of unknown events are reported, each once, so that a noisy service cannot fill the memory. */
const MAX_REPORTED = 20;

/** Frames of the service that its protocol does not have. */
export class ForeignFrames {
  readonly #reported = new Set<string>();

  /** The warning about a text that is no event. */
  garbage(text: string): ServiceEvent[] {
    const message = `The service sent ${text.length} characters that are no event.`;
    return [{ type: 'warning', code: 'GARBAGE_FRAME', message }];
  }

  /** The warning about the first event of an unknown kind. */
  unknown(name: string): ServiceEvent[] {
    if (this.#reported.has(name) || this.#reported.size >= MAX_REPORTED) return [];
    this.#reported.add(name);
    const message = `The service sent an unknown event "${name.slice(0, 100)}"; it is ignored.`;
    return [{ type: 'warning', code: 'UNKNOWN_EVENT', message }];
  }
}
