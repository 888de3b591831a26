/**
 * The delay that our code adds to a chunk on its way to the wire, and to a frame on its way to the event, at 500 live
 * sessions.
 */
import { interleaved } from '../support/figure';
import type { Case, Figure } from '../support/figure';
import { WARM_UP_OF_MANY_MS as warmUpMs } from '../support/measure';
import type { LoadInput, LoadResult } from '../support/measure';
import { run, startSink } from '../support/processes';
import { median, round } from '../support/statistics';

const SESSIONS = 500;

export const delay: Case = {
  name: 'delay',
  async measure({ repeats, streamMs }) {
    const figures: Figure[] = [];
    for (const protocol of ['qwen', 'run-task'] as const) {
      const sink = await startSink({ reads: true, interimsPerSecond: 5 });
      const load = (client: LoadInput['client']) => (): Promise<LoadResult> =>
        run('support/load.ts', {
          client,
          protocol,
          url: sink.url,
          sessions: SESSIONS,
          ms: streamMs,
          warmUpMs,
        });
      try {
        const results = await interleaved(repeats, { ours: load('ours'), baseline: load('bare') });
        const add = (way: string, pick: (result: LoadResult) => number): void => {
          const [ours, baseline] = [median(results.ours.map(pick)), median(results.baseline.map(pick))];
          const what = `p99 ${way}, ${SESSIONS} sessions, ${protocol}: more than the bare client`;
          const figure = round((ours - baseline) / 1000);
          figures.push({
            what,
            ours,
            baseline,
            figure,
            unit: 'µs',
            goal: { atMost: 2 },
            check: { atMost: 10 },
          });
        };
        add('append to wire (ms)', ({ audioP99Us }) => audioP99Us);
        add('frame to event (ms)', ({ textP99Us }) => textP99Us);
      } finally {
        sink.stop();
      }
    }
    return figures;
  },
};
