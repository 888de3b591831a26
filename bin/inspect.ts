import { describeAudio } from '../lib';
import type { AudioInfo } from '../lib';
import { audioArgument } from './audio-argument';
import { readArguments, UsageError } from './cli/arguments';
import type { Command } from './cli/command';
import { print } from './cli/output';
import { printableJson } from './cli/printable';
import { AUDIO_TOPIC, audioHints } from './flags/audio';

export const INSPECT: Command = {
  name: 'inspect',
  operands: { usage: 'FILE', completes: 'file' },
  summary: 'say what a recording is: format, length, level',
  about: 'Says what a recording is: FILE is a path, an http or https address, or - for standard input.',
  flags: [{ name: 'json', help: 'As JSON.' }, ...AUDIO_TOPIC.flags],
  run: runInspect,
};

/** `flow-asr inspect`: prints a table or JSON to stdout. */
async function runInspect(argv: readonly string[]): Promise<number> {
  const given = readArguments(INSPECT, argv);
  const [file] = given.operands;
  if (file === undefined || given.operands.length > 1) {
    throw new UsageError('Expected one FILE.');
  }
  const { source, strings } = audioArgument(file);
  const info = await describeAudio(source, { strings, hints: audioHints(given) });
  print(given.isOn('json') ? `${printableJson(info, 2)}\n` : table(info));
  return 0;
}

function table(info: AudioInfo): string {
  const { originalRateHz, bits } = info;
  const rows: [name: string, value: string][] = [
    ['container', info.container],
    ['codec', info.codec + (info.byFfmpeg ? ' (decoded by ffmpeg)' : '')],
    ['rate', `${info.rateHz} Hz${originalRateHz ? ` (recorded at ${originalRateHz} Hz)` : ''}`],
    ['channels', String(info.channels)],
    ...(bits === undefined ? [] : [['bits', String(bits)] satisfies [string, string]]),
    ['length', `${info.seconds.toFixed(2)} s, ${info.bytes} bytes`],
    ['peak', `${info.peakDb.toFixed(1)} dB`],
    ['mean level', `${info.rmsDb.toFixed(1)} dB`],
    ['clipped', yesNo(info.isClipped)],
    ['silent', yesNo(info.isSilent)],
    ['cut', yesNo(info.isCut)],
  ];
  return rows.map(([name, value]) => `${name.padEnd(12)}${value}\n`).join('');
}

function yesNo(isSo: boolean): string {
  return isSo ? 'yes' : 'no';
}
