import type { AudioComplaint } from './doctor';
import type { AudioFormatHints, AudioInfo } from './format';
import { checkEnough } from './doctor';
import { AudioIntake } from './intake';
import { piecesOf } from './pieces';
import { readAudio } from './source';
import type { AudioSource, ReadAudioOptions } from './source';

export interface DecodeAudioOptions extends ReadAudioOptions {
  /** Sample rate of the result. Default: that of the source. */
  rateHz?: number;
  /** Called once everything has been decoded. */
  onInfo?: (info: AudioInfo) => void;
  /** Called for faults of usable audio: silence, clipping, its rate, a gap. Each is reported once. */
  onComplaint?: (complaint: AudioComplaint) => void;
}

/**
 * Decodes the audio of any source into 16-bit little-endian mono PCM, chunk by chunk, only as fast as it is taken.
 * @throws AsrError `BAD_AUDIO` that says what arrived; `ABORTED`.
 */
export async function* decodeAudio(
  source: AudioSource,
  options: DecodeAudioOptions = {},
): AsyncIterable<Uint8Array> {
  const { rateHz, onInfo, onHints, onComplaint, hints: told, signal } = options;
  const intake = new AudioIntake(rateHz ?? ((format) => format.rateHz), rateHz);
  // A live source that is read through here names itself as one.
  let hints: AudioFormatHints = { isRecording: true, ...told };
  let bytes = 0;
  const chunks = readAudio(source, {
    ...options,
    onHints: (found) => {
      hints = { isRecording: true, ...found, ...told };
      onHints?.(found);
    },
  });
  const complain = (isEnd: boolean): void => {
    const { doctor } = intake;
    const complaints = doctor?.complaints(rateHz ?? doctor.format?.rateHz ?? 0, isEnd) ?? [];
    for (const complaint of complaints) onComplaint?.(complaint);
  };
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      yield* piecesOf(intake, intake.write(chunk, hints), signal);
      complain(false);
    }
    yield* piecesOf(intake, intake.end(), signal);
    checkEnough(intake.info, bytes);
    if (intake.info) onInfo?.(intake.info);
    complain(true);
  } finally {
    intake.reset();
  }
}

/**
 * The audio doctor: reads a whole source and describes it.
 * @throws AsrError `BAD_AUDIO` that says what arrived and what to do; `ABORTED`.
 */
export async function describeAudio(
  source: AudioSource,
  options: DecodeAudioOptions = {},
): Promise<AudioInfo> {
  let info: AudioInfo | undefined;
  const pieces = decodeAudio(source, {
    ...options,
    onInfo: (found) => {
      info = found;
      options.onInfo?.(found);
    },
  });
  let samples = 0;
  for await (const pcm of pieces) samples += pcm.length / 2;
  if (!info) throw new TypeError(`No description after ${samples} samples.`);
  return info;
}
