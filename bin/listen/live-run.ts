import { openSession } from '../../lib';
import type { AsrError, SessionOptions } from '../../lib';
import { configure, FIRST_CONNECT_TIMEOUT_MS, Listening } from '../../lib/hosts';
import type { LiveSource } from '../../lib/hosts';
import { EXIT } from '../cli/exit-codes';
import { aborted, Interrupt } from '../cli/interrupt';
import { failureText } from '../cli/output';
import type { Screen } from '../cli/screen';
import type { GivenSession } from '../flags/session';
import { findService } from '../place';
import type { LiveReport } from './live-report';

/** The last results of a session come within its own time limit; this covers several limits after each other. */
const FINISHES_WITHIN_MS = 60_000;

export interface LiveRunOptions {
  source: LiveSource;
  rateHz: number;
  session: GivenSession;
  screen: Screen;
  report: LiveReport;
  /** Audio can come now. */
  onListening: () => void;
}

/**
 * Recognises a live source until Ctrl+C, or until recognition fails for good.
 * @returns The exit code.
 * @throws AsrError
 */
export async function runLive(options: LiveRunOptions): Promise<number> {
  const { source, rateHz, session, screen, report, onListening } = options;
  using interrupt = new Interrupt();
  try {
    await using place = await findService(session.place, interrupt.finishing, screen);
    const given: SessionOptions = {
      firstConnectTimeoutMs: FIRST_CONNECT_TIMEOUT_MS,
      ...session.options,
      ...place.options,
      sampleRateHz: rateHz,
    };
    // What is wrong with a flag is said before anybody connects.
    configure(given);
    const failing = new AbortController();
    const note = (error: AsrError) => {
      report.note(failureText(error));
    };
    const listening = new Listening({
      source,
      rateHz,
      openSession: (wishes) => openSession({ ...given, ...wishes }),
      onEvent: (event, sender) => {
        report.onEvent(event, sender);
      },
      onSender: (sender, details) => {
        report.onSender(sender, details);
      },
      onSenderGone: (sender) => {
        screen.remove(sender);
      },
      onBadItem: note,
      onFailure: (error) => {
        failing.abort(error);
      },
      onWarning: (message) => {
        report.note(message);
      },
    });
    try {
      await Promise.race([listening.start(), aborted(interrupt.finishing)]);
      if (!interrupt.finishing.aborted) {
        onListening();
        await aborted(AbortSignal.any([failing.signal, interrupt.finishing]));
        failing.signal.throwIfAborted();
        await Promise.race([listening.finish(FINISHES_WITHIN_MS), aborted(interrupt.ending)]);
      }
    } finally {
      await listening.close();
    }
    return interrupt.exitCode ?? EXIT.done;
  } catch (error) {
    if (interrupt.exitCode === undefined) throw error;
    return interrupt.exitCode;
  } finally {
    screen.clear();
    await session.trace?.close();
  }
}
