import { Slots } from '../../lib/hosts';
import { concernsAllFiles, EXIT, exitCodeOf } from '../cli/exit-codes';
import type { Interrupt } from '../cli/interrupt';
import type { Screen } from '../cli/screen';

/** How many results may wait for that of an earlier file, for each file at once. */
const WAITING_RESULTS = 16;

export interface FilesOptions {
  files: readonly string[];
  atOnce: number;
  interrupt: Interrupt;
  screen: Screen;
  /** Recognises a file. Resolves with what prints its result. */
  work: (file: string) => Promise<() => Promise<void> | void>;
  /** Reports a file that failed. */
  onFailure: (file: string, error: unknown) => void;
}

/**
 * Works on several files at once and prints the results in the order of the files. A failure that the next file would
 * meet as well ends the run.
 * @returns The exit code.
 */
export async function runFiles(options: FilesOptions): Promise<number> {
  const { files, atOnce, interrupt, screen, work, onFailure } = options;
  const running = new Slots(atOnce);
  // Bounds what is kept while an early file takes long.
  const unprinted = new Slots(atOnce * WAITING_RESULTS);
  const failures: number[] = [];
  let done = 0;
  let endedWith: number | undefined;
  let printed = Promise.resolve();
  const isOver = () => endedWith !== undefined || interrupt.finishing.aborted;

  const showCount = (): void => {
    if (files.length === 1) return;
    const failed = failures.length === 0 ? '' : `, ${failures.length} failed`;
    screen.show('', `${done} of ${files.length} files${failed}`);
  };

  const runOne = async (file: string, before: Promise<void>): Promise<void> => {
    const show = await running.run(async () => {
      try {
        return isOver() ? undefined : await work(file);
      } catch (error) {
        // Before the next file gets this one's place.
        const exitCode = exitCodeOf(error);
        if (concernsAllFiles(exitCode)) endedWith ??= exitCode;
        failures.push(exitCode);
        return () => {
          onFailure(file, error);
        };
      }
    });
    await before;
    try {
      await show?.();
    } catch (error) {
      failures.push(exitCodeOf(error));
      onFailure(file, error);
    }
    done += 1;
    showCount();
  };

  showCount();
  await Promise.all(
    files.map((file) => {
      const before = printed;
      const one = unprinted.run(() => runOne(file, before));
      printed = one;
      return one;
    }),
  );
  screen.clear();
  if (files.length > 1 && failures.length > 0) {
    screen.note(`flow-asr: ${failures.length} of ${files.length} files failed.`);
  }
  return interrupt.exitCode ?? endedWith ?? exitCodeOfAll(failures, files.length);
}

/** Where all files failed in one way, its exit code is kept. */
function exitCodeOfAll(failures: readonly number[], count: number): number {
  const [first = EXIT.done] = failures;
  const isAll = failures.length === count && failures.every((code) => code === first);
  return failures.length === 0 || isAll ? first : EXIT.partial;
}
