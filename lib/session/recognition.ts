import type { Clock } from '../environment';
import type { AsrError } from '../errors';
import type { EventOf, SessionEvent, Word } from '../events';
import type { ServiceEvent } from '../protocol/protocol';
import { Commits } from './commits';
import type { PendingCommit } from './commits';
import type { CommitResult } from './options';
import { Sentences } from './sentences';
import { SilenceCommits } from './silence-commits';
import type { SendTimes } from './send-times';
import type { Sender } from './sender';
import type { StatisticsCounter } from './statistics';
import type { Timeline } from './timeline';

/** What the service says about the speech itself; the rest is the session's. */
export type SpeechEvent = Exclude<
  ServiceEvent,
  { type: 'send' | 'opened' | 'paused' | 'finished' | 'failed' }
>;

export interface RecognitionOptions {
  clock: Clock;
  commitTimeoutMs: number;
  counter: StatisticsCounter;
  emit: (event: SessionEvent) => void;
}

/** Turns the protocol's events into the session's: sentences, emotions, times, the answers to commits. */
export class Recognition {
  readonly #options: RecognitionOptions;
  readonly #sentences = new Sentences();
  readonly #commits: Commits;
  readonly #silenceCommits: SilenceCommits;
  /** When the last results were asked for, on the clock. */
  #finishedAtMs: number | undefined;

  constructor(options: RecognitionOptions) {
    this.#options = options;
    this.#commits = new Commits(options.clock, options.commitTimeoutMs);
    this.#silenceCommits = new SilenceCommits(options.clock, this.#commits, this.#sentences);
  }

  addCommit(): { commit: PendingCommit; result: Promise<CommitResult> } {
    return this.#commits.add();
  }

  /** The commit went out at `positionMs` of the given audio. */
  commitSent(commit: PendingCommit, positionMs: number, bySilence: boolean): void {
    this.#commits.sent(commit, positionMs, bySilence);
    if (bySilence) this.#silenceCommits.check();
  }

  finishSent(): void {
    this.#finishedAtMs = this.#options.clock.now();
  }

  receive(event: SpeechEvent, { timeline, times }: Pick<Sender, 'timeline' | 'times'>): void {
    const { counter, emit } = this.#options;
    switch (event.type) {
      case 'speechStarted':
      case 'speechStopped':
        this.#speechEdge({ ...event, atMs: timeline.given(event.atMs) }, times);
        break;
      case 'interim':
        counter.text(event.sentenceId, this.#now());
        this.#sentences.interim({ ...event, ...givenTimes(event, timeline) }).forEach(emit);
        break;
      case 'final':
        this.#final({ ...event, ...givenTimes(event, timeline) }, times);
        break;
      case 'sentenceFailed':
        this.#failed(event.sentenceId, event.error);
        break;
      case 'commitSettled':
        this.#commits.settle(
          event.commit,
          ({ sentenceId }) => event.sentenceIds.includes(sentenceId),
          event.error,
        );
        break;
      case 'usage':
        counter.usage(event.billedSeconds);
        break;
      case 'warning':
        emit(event);
        break;
    }
    this.#silenceCommits.heard();
  }

  /** Whether a commit waits for its answer. */
  get hasPendingCommits(): boolean {
    return this.#commits.anyPending;
  }

  /** Whether a sentence waits for its final. */
  get hasOpenSentences(): boolean {
    return this.#sentences.anyOpenBefore(Infinity);
  }

  /** Answers the commits that were sent with what there is: no more will come. */
  settleCommits(): void {
    this.#commits.settleSent();
  }

  /** The protocol session is over without an error, or found no speech: what it did not answer has no answer. */
  protocolSessionEnded(): void {
    this.truncate();
    this.#commits.settleSent();
    this.#commits.restart();
    this.#options.counter.protocolSessionEnded();
  }

  /** The service has given all of its results: nothing more is waited for. */
  complete(): void {
    this.truncate();
    this.#commits.settleBySilence();
  }

  /** What was heard of sentences that get no final of their own is not lost: their last interims become finals. */
  truncate(sentenceId?: string): void {
    for (const final of this.#sentences.truncate(sentenceId)) {
      this.#options.counter.final(final.text, undefined);
      this.#commits.final(final);
      this.#options.emit(final);
    }
  }

  /** The session is over; commits without an answer fail with `reason`. */
  stop(reason: AsrError): void {
    this.#silenceCommits.stop();
    this.#commits.failAll(reason);
  }

  #speechEdge(event: EventOf<'speechStarted' | 'speechStopped'>, times: SendTimes): void {
    if (event.type === 'speechStarted') {
      this.#sentences.speechStarted(event);
      this.#options.counter.speechStarted(event.sentenceId, times.sentAt(event.atMs));
    } else {
      this.#sentences.speechStopped(event);
    }
    this.#silenceCommits.speechEdge(event);
    this.#options.emit(event);
  }

  #final(event: Extract<ServiceEvent, { type: 'final' }>, times: SendTimes): void {
    const { counter, emit } = this.#options;
    const now = this.#now();
    const { events, final } = this.#sentences.final(event);
    if (final.text !== '') {
      const spokenAtMs = final.endMs === undefined ? undefined : times.sentAt(final.endMs);
      const askedAtMs = spokenAtMs ?? this.#commits.oldest?.sentAtMs ?? this.#finishedAtMs;
      counter.text(event.sentenceId, now);
      counter.final(final.text, askedAtMs === undefined ? undefined : now - askedAtMs);
    }
    this.#commits.final(final);
    events.forEach(emit);
  }

  #failed(sentenceId: string | undefined, error: AsrError): void {
    const warning: SessionEvent = { type: 'warning', code: 'SENTENCE_FAILED', message: error.message };
    this.#options.emit(sentenceId === undefined ? warning : { ...warning, sentenceId });
    if (sentenceId !== undefined) this.truncate(sentenceId);
  }

  #now(): number {
    return this.#options.clock.now();
  }
}

/** The times of a result, from the service's time line to the session's. */
function givenTimes(
  { beginMs, endMs, words }: { beginMs?: number; endMs?: number; words?: Word[] },
  timeline: Timeline,
): { beginMs?: number; endMs?: number; words?: Word[] } {
  return {
    ...(beginMs !== undefined && { beginMs: timeline.given(beginMs) }),
    ...(endMs !== undefined && { endMs: timeline.given(endMs) }),
    ...(words && {
      words: words.map((word) => ({
        ...word,
        beginMs: timeline.given(word.beginMs),
        endMs: timeline.given(word.endMs),
      })),
    }),
  };
}
