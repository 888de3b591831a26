/** CPU for 100 ms of audio, from `append` to the socket, beside a bare client that sends the same bytes. */
import type { WireProtocol } from '../clients/client';
import { interleaved } from '../support/figure';
import type { Case, Effort, Figure } from '../support/figure';
import type { LoadInput, LoadResult } from '../support/measure';
import { run, startSink } from '../support/processes';
import { median, round } from '../support/statistics';

/** Ten times real time, which the default pace allows: 4000 chunks a second. */
const LOAD = { sessions: 40, everyMs: 10 };

export const cpu: Case = {
  name: 'cpu',
  async measure(effort) {
    const figures = [];
    for (const protocol of ['qwen', 'run-task'] as const) {
      figures.push(
        await compare(`CPU per 100 ms chunk, ${protocol}`, 'support/load.ts', protocol, effort, 1.25),
      );
      const inNodeRed = `CPU per 100 ms chunk through Node-RED, ${protocol}`;
      figures.push(await compare(inNodeRed, 'support/node-red-load.ts', protocol, effort, 1.5));
    }
    return figures;
  },
};

async function compare(
  what: string,
  script: string,
  protocol: WireProtocol,
  { repeats, streamMs }: Effort,
  goal: number,
): Promise<Figure> {
  const sink = await startSink();
  const cost = async (client: LoadInput['client']): Promise<number> => {
    const input: LoadInput = { client, protocol, url: sink.url, ms: streamMs, ...LOAD };
    return (await run<LoadResult>(script, input)).cpuUsPerChunk;
  };
  try {
    const sides = { ours: () => cost('ours'), baseline: () => cost('bare') };
    const results = await interleaved(repeats, sides);
    const [ours, baseline] = [median(results.ours), median(results.baseline)];
    const figure = round(ours / baseline);
    return {
      what,
      ours,
      baseline,
      figure,
      unit: 'µs',
      goal: { atMost: goal },
      check: { atMost: goal * 1.3 },
    };
  } finally {
    sink.stop();
  }
}
