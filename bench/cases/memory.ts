/** The memory of a session beyond its socket: idle, and with ten seconds of audio that have no final yet. */
import { interleaved } from '../support/figure';
import type { Case, Figure } from '../support/figure';
import type { MemoryInput, MemoryResult } from '../support/memory';
import { run, startSink } from '../support/processes';
import { median, round } from '../support/statistics';

const AUDIO_SECONDS = 10;
const AUDIO_KB = (AUDIO_SECONDS * 32_000) / 1000;

export const memory: Case = {
  name: 'memory',
  async measure({ repeats }) {
    const figures: Figure[] = [];
    for (const protocol of ['qwen', 'run-task'] as const) {
      const idle = await compare({ protocol, sessions: 500, audioSeconds: 0 }, repeats);
      figures.push({
        what: `Memory of an idle session beyond the bare client's, ${protocol} (kB)`,
        ...{ ...idle, figure: round(idle.ours - idle.baseline), unit: 'kB' },
        ...{ goal: { atMost: 20 }, check: { atMost: 30 } },
      });
      const streaming = await compare({ protocol, sessions: 100, audioSeconds: AUDIO_SECONDS }, repeats);
      figures.push({
        what: `The same with ${AUDIO_SECONDS} s of audio without a final, ${protocol} (part of the audio's ${AUDIO_KB} kB)`,
        ...{ ...streaming, figure: round((streaming.ours - streaming.baseline) / AUDIO_KB), unit: 'kB' },
        ...{ goal: { atMost: 1.1 }, check: { atMost: 1.5 } },
      });
    }
    return figures;
  },
};

async function compare(
  input: Omit<MemoryInput, 'client' | 'url'>,
  repeats: number,
): Promise<{ ours: number; baseline: number }> {
  const sink = await startSink({ hasFinals: false });
  const side = (client: MemoryInput['client']) => async (): Promise<number> => {
    const flags = { nodeFlags: ['--expose-gc'] };
    const { bytesPerSession } = await run<MemoryResult>(
      'support/memory.ts',
      { ...input, client, url: sink.url },
      flags,
    );
    return bytesPerSession / 1000;
  };
  try {
    const results = await interleaved(Math.min(3, repeats), { ours: side('ours'), baseline: side('bare') });
    return { ours: round(median(results.ours)), baseline: round(median(results.baseline)) };
  } finally {
    sink.stop();
  }
}
