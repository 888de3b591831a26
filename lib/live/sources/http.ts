import { fetchAudio } from '../../audio/fetch';
import type { Fetch } from '../../base/http-request';
import type { AudioFormatHints } from '../../audio/format';
import { causeOf, codeOf } from '../../base/error-details';
import { AsrError } from '../../vocabulary/errors';
import { parseAddress, publicName } from './address';
import { firstAddress, isPlaylist } from './playlist';
import type { AudioFeed, StreamSource } from './source';
import { watchStalls } from './stall-watch';

const PROTOCOLS = ['http:', 'https:'];
/** Playlists may name playlists; one that names itself must not loop forever. */
const MAX_PLAYLISTS = 3;
const MAX_PLAYLIST_BYTES = 64 * 1024;

export interface HttpSourceOptions {
  address: string;
  /** The stream counts as lost after this time without a byte. */
  stallMs: number;
  /** Used instead of the built-in fetch. */
  fetch?: Fetch;
}

/**
 * An audio stream at an http or https address, such as internet radio. Metadata between the audio (ICY) is not
 * requested, so the server does not send it.
 * @throws AsrError `INVALID_OPTION`
 */
export function httpSource(options: HttpSourceOptions): StreamSource {
  const url = parseAddress(options.address, PROTOCOLS);
  const name = publicName(url);
  return {
    kind: 'stream',
    name,
    connect: (signal) => connect({ ...options, address: url.href }, name, signal),
  };
}

async function connect(options: HttpSourceOptions, name: string, signal: AbortSignal): Promise<AudioFeed> {
  let next = options.address;
  for (let lists = 0; lists <= MAX_PLAYLISTS; lists++) {
    const answer = new Answer({ ...options, address: next }, name, signal);
    try {
      const head = await answer.first();
      if (!isPlaylist(answer.hints, head)) return answer.feed(head);
      next = firstAddress(await answer.text(head), next);
      await answer.close();
    } catch (error) {
      await answer.close();
      throw error;
    }
  }
  throw new AsrError(
    'BAD_AUDIO',
    `${name} leads to more than ${MAX_PLAYLISTS} playlists one after the other.`,
  );
}

/** The response of one address. */
class Answer {
  hints: AudioFormatHints = {};
  readonly #name: string;
  readonly #stopping = new AbortController();
  readonly #chunks: AsyncGenerator<Uint8Array, void, undefined>;
  #stall: AsrError | undefined;

  constructor({ address, stallMs, fetch }: HttpSourceOptions, name: string, signal: AbortSignal) {
    this.#name = name;
    const body = fetchAudio(address, {
      signal: AbortSignal.any([signal, this.#stopping.signal]),
      ...(fetch && { fetch }),
      onHints: (hints) => {
        this.hints = hints;
      },
    });
    this.#chunks = watchStalls(body, stallMs, () => {
      const message = `${name} has sent nothing for ${stallMs / 1000} s.`;
      this.#stall = new AsrError('CONNECTION_LOST', message, { retryable: true });
      this.#stopping.abort();
    });
  }

  async first(): Promise<Uint8Array> {
    const { done, value } = await this.#next();
    if (done)
      throw new AsrError('BAD_AUDIO', `${this.#name} answered without any audio.`, { retryable: true });
    return value;
  }

  async text(head: Uint8Array): Promise<string> {
    const chunks = [head];
    let bytes = head.length;
    while (bytes < MAX_PLAYLIST_BYTES) {
      const { done, value } = await this.#next();
      if (done) break;
      chunks.push(value);
      bytes += value.length;
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  feed(head: Uint8Array): AudioFeed {
    return {
      sender: this.#name,
      hints: this.hints,
      chunks: this.#from(head),
      close: () => this.close(),
    };
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#chunks.return().catch(() => undefined);
  }

  async *#from(head: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    yield head;
    for (;;) {
      const { done, value } = await this.#next();
      if (done) return;
      yield value;
    }
  }

  async #next(): Promise<IteratorResult<Uint8Array, void>> {
    try {
      return await this.#chunks.next();
    } catch (error) {
      throw this.#stall ?? explained(error);
    }
  }
}

/** Servers of the nineties answer `ICY 200 OK`, which is no HTTP. */
function explained(error: unknown): unknown {
  const cause = causeOf(error);
  if (![cause, causeOf(cause)].some((reason) => codeOf(reason) === 'HPE_INVALID_CONSTANT')) return error;
  return new AsrError(
    'BAD_AUDIO',
    'The server does not speak HTTP; old SHOUTcast servers do not. Choose the source FFmpeg, which understands them.',
    { cause: error },
  );
}
