/**
 * CPU per chunk of other streaming clients, compared with the bare client that speaks the nearest protocol; and of
 * our client again.
 */
import { interleaved } from '../support/figure';
import type { Case, Figure } from '../support/figure';
import type { LoadInput, LoadResult } from '../support/measure';
import { run, startSink } from '../support/processes';
import { median, round } from '../support/statistics';

const LOAD = { sessions: 40, everyMs: 10 };
const PEERS: readonly Pick<LoadInput, 'client' | 'protocol'>[] = [
  { client: 'openai', protocol: 'qwen' },
  { client: 'ours', protocol: 'qwen' },
  { client: 'deepgram', protocol: 'run-task' },
  { client: 'ours', protocol: 'run-task' },
];

export const peers: Case = {
  name: 'peers',
  async measure({ repeats, streamMs }) {
    const figures: Figure[] = [];
    for (const { client, protocol } of PEERS) {
      const sink = await startSink();
      const side = (of: LoadInput['client']) => async (): Promise<number> => {
        const input: LoadInput = { client: of, protocol, url: sink.url, ms: streamMs, ...LOAD };
        return (await run<LoadResult>('support/load.ts', input)).cpuUsPerChunk;
      };
      try {
        const results = await interleaved(repeats, { ours: side(client), baseline: side('bare') });
        const [ours, baseline] = [median(results.ours), median(results.baseline)];
        const what = `CPU per 100 ms chunk of ${client}, beside the bare client of ${protocol}`;
        figures.push({ what, ours, baseline, figure: round(ours / baseline), unit: 'µs' });
      } finally {
        sink.stop();
      }
    }
    return figures;
  },
};
