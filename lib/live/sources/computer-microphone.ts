import { AsrError } from '../../vocabulary/errors';
import { RECORDERS } from './kinds';
import type { Recorder } from './kinds';
import { programFeed } from './program-feed';
import { recordingsOn } from './recorders';
import type { Recording } from './recorders';
import type { AudioFeed, StreamSource } from './source';

export interface ComputerMicrophoneOptions {
  /** A name that the recorder knows, see `listMicrophones`. Default: the device that the system has chosen. */
  device?: string;
  /** The program that records. Default `auto`: the first that is there and gives audio. */
  recorder?: Recorder | 'auto';
  rateHz: number;
  /** The microphone counts as lost after this time without audio. Default 5000: a microphone always gives some. */
  stallMs?: number;
}

/** A microphone that was plugged in again is to be heard within seconds; looking for it costs next to nothing. */
const RETRY = { baseMs: 500, maxMs: 3000 };
const STALL_MS = 5000;

const HOW_TO_INSTALL: Partial<Record<NodeJS.Platform, string>> = {
  linux:
    'Install one of them: "apt install alsa-utils" brings arecord. In a container, that must also have the device: "--device /dev/snd".',
  darwin: 'Install one of them: "brew install ffmpeg" or "brew install sox".',
  win32: 'Install ffmpeg ("winget install ffmpeg"), and choose a device.',
};

/**
 * The microphone of the computer that this program runs on, recorded by a program of the system: parec, arecord,
 * ffmpeg or sox.
 * @throws AsrError `INVALID_OPTION` for a name that no device has, or a recorder that this system does not have.
 */
export function computerMicrophone(options: ComputerMicrophoneOptions): StreamSource {
  const { recorder = 'auto' } = options;
  const device = options.device?.trim() ?? '';
  const here = recordingsOn(process.platform).filter(
    (one) => recorder === 'auto' || one.recorder === recorder,
  );
  if (here.length === 0) {
    const known = [...new Set(recordingsOn(process.platform).map((one) => one.recorder))];
    throw invalid('recorder', `Expected one of the recorders of this system: ${known.join(', ')}.`);
  }
  const usable = here.filter(({ devices }) => device === '' || devices.test(device));
  if (usable.length === 0) {
    throw invalid(
      'device',
      `Expected a device as ${named(here)} names it, such as default or plughw:1,0, got ${device.length} characters that are none.`,
    );
  }
  return {
    kind: 'stream',
    name: device || 'microphone',
    retry: RETRY,
    connect: (signal) => connect(usable, { ...options, device }, signal),
  };
}

/** Takes the first recorder that gives audio. */
async function connect(
  recordings: readonly Recording[],
  { device = '', rateHz, stallMs = STALL_MS }: ComputerMicrophoneOptions,
  signal: AbortSignal,
): Promise<AudioFeed> {
  const reasons: string[] = [];
  for (const { recorder, program: find, args } of recordings) {
    const program = await find();
    signal.throwIfAborted();
    if (program === undefined) continue;
    try {
      return await programFeed(
        {
          program,
          args: args(device, rateHz),
          name: device || 'microphone',
          rateHz,
          stallMs,
          reasonOf: ({ isMissing, failure, isStalled, said }) => {
            const why = failure?.message ?? (isStalled ? 'gives no audio' : said || 'ended without audio');
            return isMissing ? invalid('recorder', recorder) : lost(`${recorder}: ${why}`);
          },
        },
        signal,
      );
    } catch (error) {
      signal.throwIfAborted();
      const { retryable, message } = error as AsrError;
      // One that is not there is as good as one that was not found.
      if (retryable) reasons.push(message.replace(/[.\s]+$/, ''));
    }
  }
  if (reasons.length === 0) throw invalid('recorder', missing(recordings));
  const what = device ? `The microphone ${device}` : 'A microphone';
  throw lost(`${what} cannot be recorded. ${reasons.join('; ')}`);
}

function missing(recordings: readonly Recording[]): string {
  const advice = HOW_TO_INSTALL[process.platform] ?? 'Install one of them.';
  return `No program that records is on this computer: looked for ${named(recordings)}. ${advice}`;
}

function named(recordings: readonly Recording[]): string {
  const names = new Set(recordings.map(({ recorder }) => recorder));
  return RECORDERS.filter((name) => names.has(name)).join(', ');
}

function lost(message: string): AsrError {
  return new AsrError('CONNECTION_LOST', `${message.replace(/[.\s]+$/, '')}.`, { retryable: true });
}

function invalid(param: string, message: string): AsrError {
  return new AsrError('INVALID_OPTION', message, { param });
}
