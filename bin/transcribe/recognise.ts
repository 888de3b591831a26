import { stat } from 'node:fs/promises';
import { AsrError, describeAudio, readAudio, transcribe } from '../../lib';
import type { AudioFormatHints, SessionEvent, SessionOptions, Transcript } from '../../lib';
import { audioArgument } from '../audio-argument';
import type { Interrupt } from '../cli/interrupt';
import { outputTaken } from '../cli/output';
import { refuseUnreadable } from './files';

export interface RecogniseOptions {
  session: SessionOptions;
  hints: AudioFormatHints;
  /** The headers of the request for an address. */
  headers: Readonly<Record<string, string>>;
  keepText: boolean;
  interrupt: Interrupt;
  onEvent: (event: SessionEvent) => void;
}

/**
 * Recognises one file. After the first interruption nothing more is read, and what was heard is finished; where the
 * service has not answered yet, there is nothing to finish.
 * @throws AsrError; Error for a file that cannot be read.
 */
export async function recognise(file: string, options: RecogniseOptions): Promise<Transcript> {
  const { session, hints, headers, keepText, interrupt, onEvent } = options;
  await refuseUnreadable(file);
  const { source, strings } = audioArgument(file);
  const reading = new AbortController();
  const leaving = new AbortController();
  let isOpen = false;
  const onFinishing = (): void => {
    if (!isOpen) leaving.abort();
  };
  if (interrupt.finishing.aborted) throw new AsrError('ABORTED', 'Interrupted.');
  interrupt.finishing.addEventListener('abort', onFinishing);
  const ending = AbortSignal.any([interrupt.ending, leaving.signal]);
  const stop = AbortSignal.any([interrupt.finishing, ending, reading.signal]);
  const chunks = readAudio(source, {
    strings,
    headers,
    signal: stop,
    ...(session.proxy !== undefined && { proxy: session.proxy }),
  });
  try {
    return await transcribe(untilStopped(chunks, stop), {
      ...session,
      hints: { ...(strings === 'file' && file !== '-' && { fileName: file }), ...hints },
      signal: ending,
      keepText,
      onEvent: (event) => {
        if (event.type === 'opened') isOpen = true;
        // The recording was cut here.
        if (event.type === 'warning' && event.code === 'AUDIO_CUT' && interrupt.finishing.aborted) return;
        onEvent(event);
      },
    });
  } finally {
    interrupt.finishing.removeEventListener('abort', onFinishing);
    // A stream that gives nothing any more is left by this.
    reading.abort();
  }
}

/** The chunks until the signal, read only as fast as somebody takes the output. */
async function* untilStopped(
  chunks: AsyncIterable<Uint8Array>,
  stop: AbortSignal,
): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of chunks) {
      yield chunk;
      await outputTaken(stop);
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

/** Decoding this much takes no noticeable time. */
const MAX_MEASURED_BYTES = 20_000_000;

/** The duration of a file; other sources can be read only once. `transcribe` reports a file that cannot be read. */
export async function durationOf(file: string, hints: AudioFormatHints): Promise<number | undefined> {
  const isMeasured = await stat(file).then(
    (stats) => stats.isFile() && stats.size <= MAX_MEASURED_BYTES,
    () => false,
  );
  if (!isMeasured) return undefined;
  return describeAudio(file, { strings: 'file', hints }).then(
    ({ seconds }) => seconds * 1000,
    () => undefined,
  );
}
