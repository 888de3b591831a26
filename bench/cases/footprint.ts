/** The cost of having the package: time to the first session of a fresh process, size on disk, and dependencies. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { interleaved } from '../support/figure';
import type { Case, Figure } from '../support/figure';
import { run, startSink } from '../support/processes';
import { median, round } from '../support/statistics';

const ROOT = path.join(__dirname, '../..');
/** WebAssembly makes up most of their size, and programs that send PCM never load it. */
const WASM_DECODERS = ['mpg123-decoder', 'opus-decoder', '@wasm-audio-decoders/common', 'simple-yenc'];

export const footprint: Case = {
  name: 'footprint',
  async measure({ repeats }) {
    return [await startup(repeats * 3), ...size()];
  },
};

async function startup(repeats: number): Promise<Figure> {
  const sink = await startSink();
  const side = (client: string) => async (): Promise<number> =>
    (await run<{ ms: number }>('support/startup.cjs', { client, url: sink.url })).ms;
  try {
    const results = await interleaved(repeats, { ours: side('ours'), baseline: side('bare') });
    const [ours, baseline] = [round(median(results.ours)), round(median(results.baseline))];
    return {
      what: 'Start of the process to the first session, more than ws alone (ms)',
      ...{ ours, baseline, figure: round(ours - baseline), unit: 'ms' },
      ...{ goal: { atMost: 60 }, check: { atMost: 120 } },
    };
  } finally {
    sink.stop();
  }
}

function size(): Figure[] {
  const [pack] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString(),
  ) as { unpackedSize: number }[];
  const { dependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const plain = Object.keys(dependencies).filter((name) => !WASM_DECODERS.includes(name));
  const bytes = plain.reduce(
    (sum, name) => sum + bytesOf(path.join(ROOT, 'node_modules', name)),
    pack?.unpackedSize ?? NaN,
  );
  const megabytes = round(bytes / 1e6);
  const count = Object.keys(dependencies).length;
  return [
    {
      what: `Package and dependencies (${plain.join(', ')}) unpacked, without the WASM decoders (MB)`,
      ...{ ours: megabytes, figure: megabytes, unit: 'MB', goal: { atMost: 2 }, check: { atMost: 3 } },
    },
    {
      what: 'Runtime dependencies',
      ...{ ours: count, figure: count, unit: '', goal: { atMost: 6 }, check: { atMost: 6 } },
    },
  ];
}

function bytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const file = path.join(folder, entry.name);
    return sum + (entry.isDirectory() ? bytesOf(file) : statSync(file).size);
  }, 0);
}
