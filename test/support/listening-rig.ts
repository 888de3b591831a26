import { openSession } from '../../lib';
import type { AsrError, SessionEvent, SessionOptions } from '../../lib';
import { Listening } from '../../lib/live/listening';
import type { FeedWishes, LiveSource } from '../../lib/live/sources/source';
import { useLibRig } from './lib-rig';

/** Short delays without jitter, so that tests are quick and repeatable. */
const BACKOFF = { baseMs: 10, maxMs: 40, random: () => 1 };

/** Listens to live sources with a scripted service; closes everything after each test. */
export function useListening() {
  const opened: Listening[] = [];
  afterEach(async () => {
    for (const listening of opened.splice(0)) await listening.close();
  });
  const rig = useLibRig();

  /** @param granted What becomes of a sender's wishes. */
  function listen(
    source: LiveSource,
    options: SessionOptions = {},
    pauseMs?: number,
    granted: (wishes: FeedWishes | undefined) => SessionOptions = (wishes) => ({ ...wishes }),
  ) {
    const events: [SessionEvent, string][] = [];
    const failures: AsrError[] = [];
    const badItems: AsrError[] = [];
    const warnings: string[] = [];
    const gone: string[] = [];
    const listening = new Listening({
      source,
      rateHz: 16_000,
      openSession: (wishes) =>
        openSession({ region: 'local', address: rig.service.url, ...options, ...granted(wishes) }),
      onEvent: (event, sender) => events.push([event, sender]),
      onSenderGone: (sender) => gone.push(sender),
      onBadItem: (error) => badItems.push(error),
      onFailure: (error) => failures.push(error),
      onWarning: (message) => warnings.push(message),
      backoff: BACKOFF,
      ...(pauseMs !== undefined && { pauseMs }),
    });
    opened.push(listening);
    const finals = () => events.flatMap(([event]) => (event.type === 'final' ? [event] : []));
    return {
      listening,
      events,
      failures,
      badItems,
      warnings,
      gone,
      finals,
      texts: () => finals().map(({ text }) => text),
    };
  }

  return { rig, listen };
}
