/** A recording that is sent as fast as the service takes it: 2560 kB a second (protocol.md A.8, "Pacing"). */
import { interleaved } from '../support/figure';
import type { Case } from '../support/figure';
import { run, startSink } from '../support/processes';
import { median, round } from '../support/statistics';
import type { TranscribeInput } from '../support/transcribe';

const SERVICE_BYTES_PER_SECOND = 2_560_000;
const AUDIO_BYTES = 600 * 32_000;

export const transcribe: Case = {
  name: 'transcribe',
  async measure({ repeats }) {
    const sink = await startSink({ bytesPerSecond: SERVICE_BYTES_PER_SECOND });
    const rate = (client: TranscribeInput['client']) => async (): Promise<number> => {
      const input: TranscribeInput = { client, url: sink.url, audioBytes: AUDIO_BYTES };
      return AUDIO_BYTES / (await run<{ ms: number }>('support/transcribe.ts', input)).ms;
    };
    try {
      const results = await interleaved(Math.min(3, repeats), { ours: rate('ours'), baseline: rate('bare') });
      const [ours, baseline] = [round(median(results.ours)), round(median(results.baseline))];
      return [
        {
          what: 'A recording of ten minutes, as fast as the service takes it',
          ...{ ours, baseline, figure: round(ours / baseline), unit: 'kB/s' },
          ...{ goal: { atLeast: 0.95 }, check: { atLeast: 0.8 } },
        },
      ];
    } finally {
      sink.stop();
    }
  },
};
