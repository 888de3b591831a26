import { findFfmpeg } from '../../audio/find-ffmpeg';
import { findProgram } from '../../base/find-program';
import { ALSA_DEVICE, AVFOUNDATION_DEVICE, DSHOW_DEVICE, PULSE_DEVICE } from './device-names';
import type { Recorder } from './kinds';

/** One way to record: a program with one of its sound systems. */
export interface Recording {
  recorder: Recorder;
  /** The names of devices that it may be given; all else is refused, so that no name is an option or a command. */
  devices: RegExp;
  program: () => Promise<string | undefined>;
  /** @param device Empty for the device that the system has chosen. */
  args: (device: string, rateHz: number) => string[];
}

/** CoreAudio's and Windows' names of devices. A `-` in front would be an option of sox, a `|` a command. */
const SOX_DEVICE = /^[\p{L}\p{N}][\p{L}\p{N} _.,:()'’-]*$/u;

/** About a tenth of a second, so that words are not late. PulseAudio would collect two seconds. */
const LATENCY_MS = 50;

const PAREC: Recording = {
  recorder: 'parec',
  devices: PULSE_DEVICE,
  program: () => findProgram('parec'),
  args: (device, rateHz) => [
    ...['--raw', '--format=s16le', `--rate=${rateHz}`, '--channels=1', `--latency-msec=${LATENCY_MS}`],
    ...(device ? [`--device=${device}`] : []),
  ],
};

const ARECORD: Recording = {
  recorder: 'arecord',
  devices: ALSA_DEVICE,
  program: () => findProgram('arecord'),
  args: (device, rateHz) => [
    ...['-q', '-D', device || 'default'],
    ...['-t', 'raw', '-f', 'S16_LE', '-r', String(rateHz), '-c', '1'],
  ],
};

/** @param input What follows ffmpeg's `-i` for a device. */
function byFfmpeg(format: string, devices: RegExp, input: (device: string) => string): Recording {
  return {
    recorder: 'ffmpeg',
    devices,
    program: findFfmpeg,
    args: (device, rateHz) => [
      ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'warning'],
      ...['-f', format, '-i', input(device), '-ac', '1', '-ar', String(rateHz)],
      ...['-flush_packets', '1', '-f', 's16le', '-c:a', 'pcm_s16le', 'pipe:1'],
    ],
  };
}

/**
 * @param driver sox's name of the sound system.
 * @param chosen sox's arguments for the device that the system has chosen.
 */
function bySox(driver: string, devices: RegExp, chosen = ['-d']): Recording {
  return {
    recorder: 'sox',
    devices,
    program: () => findProgram('sox'),
    args: (device, rateHz) => [
      ...['-q', ...(device ? ['-t', driver, device] : chosen)],
      ...['-t', 'raw', '-b', '16', '-e', 'signed-integer', '-c', '1', '-r', String(rateHz), '-'],
    ],
  };
}

/** The ways to record on a system, in the order in which they are tried. */
export function recordingsOn(platform: NodeJS.Platform): Recording[] {
  switch (platform) {
    case 'darwin':
      return [
        byFfmpeg('avfoundation', AVFOUNDATION_DEVICE, (device) => device || ':default'),
        bySox('coreaudio', SOX_DEVICE),
      ];
    case 'win32':
      return [byFfmpeg('dshow', DSHOW_DEVICE, (device) => device), bySox('waveaudio', SOX_DEVICE)];
    default:
      return [
        PAREC,
        ARECORD,
        byFfmpeg('pulse', PULSE_DEVICE, (device) => device || 'default'),
        byFfmpeg('alsa', ALSA_DEVICE, (device) => device || 'default'),
        // With ALSA, `-d` fails on a computer that has a microphone and nothing that plays.
        bySox('alsa', ALSA_DEVICE, ['-t', 'alsa', 'default']),
      ];
  }
}
