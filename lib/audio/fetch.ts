import { afterReading } from '../base/after-reading';
import { certificateAdvice } from '../base/certificate-fault';
import { causeOf, codeOf } from '../base/error-details';
import { shortened } from '../base/excerpt';
import type { ProxyChoice } from '../base/proxy';
import { AsrError } from '../vocabulary/errors';
import type { AudioFormatHints } from './format';
import { fetchVia, unescaped } from '../base/http-request';
import type { Fetch } from '../base/http-request';

const MAX_REDIRECTS = 5;
/** Limit up to the first byte of the answer; after that the reader decides how long it waits. */
const ANSWER_TIMEOUT_MS = 30_000;

export interface FetchAudioOptions {
  /**
   * Headers of the request, such as `authorization`. Another host that the address redirects to does not get them.
   */
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
  /** By default the environment decides. */
  proxy?: ProxyChoice;
  /** Used instead of the built-in fetch; the proxy is then its own affair. It is called for each redirect, too. */
  fetch?: Fetch;
  /** A body is given up after this time without data. Default: only the signal ends it. */
  idleMs?: number;
  /** A body is given up after this time in all. Default: no limit. */
  totalMs?: number;
  onHints?: (hints: AudioFormatHints) => void;
}

/**
 * The bytes at an http or https address, and the hints in the answer.
 * @throws AsrError `BAD_AUDIO` that says what the server answered; `ABORTED`. The message never contains the user,
 * password or query of the address.
 */
export async function* fetchAudio(address: string, options: FetchAudioOptions): AsyncIterable<Uint8Array> {
  const { signal, onHints } = options;
  try {
    const { response, url } = await request(address, options);
    const mimeType = response.headers.get('content-type') ?? '';
    refuseNoAudio(mimeType, url);
    onHints?.({ mimeType, fileName: url.pathname, isRecording: true });
    if (response.body) yield* withinLimits(response.body, options);
  } catch (cause) {
    if (cause instanceof AsrError) throw cause;
    if (signal?.aborted) throw new AsrError('ABORTED', 'Fetching the audio was aborted.', { cause });
    const message = `Cannot fetch the audio from ${place(address)}: ${reasonOf(cause)}`;
    throw new AsrError('BAD_AUDIO', message, { cause, retryable: true });
  }
}

/** Ends a body that has stalled, or that has no end. */
async function* withinLimits(
  body: ReadableStream<Uint8Array>,
  { idleMs, totalMs }: FetchAudioOptions,
): AsyncIterable<Uint8Array> {
  const reader = body.getReader();
  const startedAt = performance.now();
  let why = '';
  const giveUp = (reason: string): void => {
    why = reason;
    void reader.cancel().catch(() => undefined);
  };
  try {
    for (;;) {
      const cancel =
        idleMs === undefined
          ? undefined
          : afterReading(idleMs, () => {
              giveUp(`the server has sent nothing for ${idleMs / 1000} s`);
            });
      const { done, value } = await reader.read().finally(cancel);
      if (why) throw new Error(why);
      if (done) return;
      yield value;
      if (totalMs !== undefined && performance.now() - startedAt > totalMs)
        throw new Error(`it had not ended after ${totalMs / 3_600_000} h`);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

interface Answer {
  response: Response;
  url: URL;
}

/** Follows redirects by hand, because secrets must not be sent to another host. */
async function request(address: string, options: FetchAudioOptions): Promise<Answer> {
  const { headers = {}, signal, proxy } = options;
  const get = options.fetch ?? fetchVia(proxy);
  let url = parse(address);
  let secrets: Record<string, string> = { ...headers };
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const { username, password } = url;
    if (username || password) {
      const pair = `${unescaped(username)}:${unescaped(password)}`;
      secrets.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
      url.username = '';
      url.password = '';
    }
    const response = await answerOf(get, url, secrets, signal);
    if (response.status < 300) return { response, url };
    await response.body?.cancel();
    const location = response.headers.get('location');
    if (response.status >= 400 || location === null) throw refusal(response, url);
    const next = parse(location, url);
    if (next.origin !== url.origin) secrets = {};
    url = next;
  }
  throw new AsrError(
    'BAD_AUDIO',
    `Cannot fetch the audio from ${place(address)}: it leads on to other addresses more than ${MAX_REDIRECTS} times.`,
  );
}

/** The limit ends with the answer: a long recording may take its time. */
async function answerOf(
  get: Fetch,
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const bound = new AbortController();
  const cancelBound = afterReading(ANSWER_TIMEOUT_MS, () => {
    bound.abort(new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`));
  });
  try {
    return await get(url, {
      headers,
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, bound.signal]) : bound.signal,
    });
  } finally {
    cancelBound();
  }
}

function parse(address: string, base?: URL): URL {
  let url: URL;
  try {
    url = new URL(address, base);
  } catch {
    throw new AsrError('BAD_AUDIO', 'The address of the audio is no valid URL.');
  }
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw new AsrError(
    'BAD_AUDIO',
    `The address of the audio leads to ${shortened(url.protocol)}, which is neither http nor https.`,
  );
}

function refusal({ status, statusText }: Response, url: URL): AsrError {
  const answer = `${status}${statusText ? ` ${shortened(statusText)}` : ''}`;
  return new AsrError('BAD_AUDIO', `${place(url.href)} answered ${answer}: ${meaningOf(status)}`, {
    httpStatus: status,
    retryable: status === 429 || status >= 500,
  });
}

function meaningOf(status: number): string {
  switch (status) {
    case 401:
      return 'the address wants a user and password, or a token. Fetch the audio with those first, or give a link that needs none.';
    case 403:
      return 'the server does not give the audio to us. A signed link may have run out.';
    case 404:
    case 410:
      return 'there is no audio at this address.';
    case 429:
      return 'the server was asked too often.';
    default:
      return status >= 500
        ? 'the server has a fault; try again later.'
        : 'the server does not give the audio.';
  }
}

/** A page that says "log in" or "not found" with the status 200 is the most common case. */
function refuseNoAudio(mimeType: string, url: URL): void {
  if (!/^\s*(text\/html|application\/xhtml)/i.test(mimeType)) return;
  throw new AsrError(
    'BAD_AUDIO',
    `${place(url.href)} gave an HTML page and no audio: perhaps it wants a login, or shows a player. Give the address of the audio itself.`,
  );
}

/** The address without parts that may be secret. */
function place(address: string): string {
  try {
    const { origin, pathname } = new URL(address);
    return shortened(`${origin}${pathname}`);
  } catch {
    return 'the address';
  }
}

function reasonOf(error: unknown): string {
  // fetch only says "fetch failed"; the reason is in the cause.
  const cause = causeOf(error);
  const reason = cause instanceof Error ? cause : error;
  if (!(reason instanceof Error)) return `${shortened(String(reason))}.`;
  return `${shortened(reason.message || codeOf(reason) || reason.name)}.${certificateAdvice(reason)}`;
}
