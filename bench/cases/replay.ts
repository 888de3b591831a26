/** After a lost connection: how fast the audio without a final is sent again, and how much memory that takes. */
import { interleaved } from '../support/figure';
import type { Case } from '../support/figure';
import { run, startSink } from '../support/processes';
import type { ReplayInput, ReplayResult } from '../support/replay';
import { median, round } from '../support/statistics';

/** The amount of audio that is kept by default. */
const AUDIO_SECONDS = 120;
const AUDIO_BYTES = AUDIO_SECONDS * 32_000;

export const replay: Case = {
  name: 'replay',
  async measure({ repeats }) {
    const side = (client: ReplayInput['client']) => async (): Promise<ReplayResult> => {
      const sink = await startSink({ hasFinals: false });
      try {
        const input: ReplayInput = { client, url: sink.url, audioSeconds: AUDIO_SECONDS };
        return await run<ReplayResult>('support/replay.ts', input);
      } finally {
        sink.stop();
      }
    };
    const results = await interleaved(repeats, { ours: side('ours'), baseline: side('bare') });
    const of = (pick: (result: ReplayResult) => number): { ours: number; baseline: number } => ({
      ours: round(median(results.ours.map(pick))),
      baseline: round(median(results.baseline.map(pick))),
    });
    const rate = of(({ messagesPerSecond }) => messagesPerSecond);
    const memory = of(({ extraBytes }) => extraBytes / 1000);
    return [
      {
        what: `Messages sent again in a second, of ${AUDIO_SECONDS} s of audio`,
        ...{ ...rate, figure: round(rate.ours / rate.baseline), unit: '/s' },
        ...{ goal: { atLeast: 0.9 }, check: { atLeast: 0.6 } },
      },
      {
        what: `Memory that this takes beyond the audio (part of its ${AUDIO_BYTES / 1000} kB)`,
        ...{ ...memory, figure: round((memory.ours * 1000) / AUDIO_BYTES), unit: 'kB' },
        ...{ goal: { atMost: 0.1 }, check: { atMost: 0.5 } },
      },
    ];
  },
};
