import { parseArgs } from 'node:util';
import { describeAudio } from '../lib';
import type { AudioInfo } from '../lib';
import { audioArgument, RAW_OPTIONS, RAW_USAGE, rawHints } from './audio-argument';

const USAGE = `Usage: flow-asr inspect FILE [OPTIONS]

Says what a recording is: FILE is a path, an http or https address, or - for standard input.

${RAW_USAGE}
  --json            as JSON
  --help
`;

const OPTIONS = {
  ...RAW_OPTIONS,
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** `flow-asr inspect`: prints a table or JSON to stdout. Returns the exit code. */
export async function runInspect(argv: string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
    if (values.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) {
      return fail(2, 'Expected one FILE. See flow-asr inspect --help.');
    }
    const { source, strings } = audioArgument(file);
    const info = await describeAudio(source, { strings, hints: rawHints(values) });
    process.stdout.write(values.json ? `${JSON.stringify(info, null, 2)}\n` : table(info));
    return 0;
  } catch (error) {
    const isUsage = (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') ?? false;
    return fail(isUsage ? 2 : 1, error);
  }
}

function table(info: AudioInfo): string {
  const { originalRateHz, bits } = info;
  const rows: [name: string, value: string][] = [
    ['container', info.container],
    ['codec', info.codec + (info.byFfmpeg ? ' (decoded by ffmpeg)' : '')],
    ['rate', `${info.rateHz} Hz${originalRateHz ? ` (recorded at ${originalRateHz} Hz)` : ''}`],
    ['channels', String(info.channels)],
    ...(bits === undefined ? [] : [['bits', String(bits)] as [string, string]]),
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

function fail(exitCode: number, error: unknown): number {
  process.stderr.write(`flow-asr: ${error instanceof Error ? error.message : String(error)}\n`);
  return exitCode;
}
