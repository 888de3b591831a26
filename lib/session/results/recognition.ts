import type { AsrError } from '../../vocabulary/errors';
import type { EventOf, FinalEvent } from '../../vocabulary/events';
import type { ServiceEventOf, SpeechEvent } from '../../protocol/protocol';
import { Commits } from './commits';
import type { CommitsOptions, PendingCommit } from './commits';
import { ReportedTimes } from './reported-times';
import { Seam } from './seam';
import { beginOf, NO_FINAL, Sentences } from './sentences';
import type { SentenceEvent } from './sentences';
import { SilenceCommits } from './silence-commits';
import type { Sender } from '../send/sender';
import type { StatisticsCounter } from '../events/statistics';
import { GateTimes } from '../send/gate-times';
import type { SendTimes } from '../send/timeline';

/** Speech of this length has a beginning that the service reports, and an open sentence an interim or an end. */
const OWING_AUDIO_MS = 10_000;

/** What the recognition needs to know about the audio on its way. */
export type SenderView = Pick<Sender, 'timeline' | 'times' | 'settled' | 'positionMs' | 'endMs' | 'hasAudio'>;

export interface RecognitionOptions extends CommitsOptions {
  /**
   * What settles audio, so that it need not be sent again: the finals of its speech, or the answer to its commit
   * where the service recognises the committed audio in one piece.
   */
  settleBy: 'final' | 'commit';
  /** Whether a number of bytes is a known duration. */
  isMeasured: boolean;
  counter: StatisticsCounter;
}

/**
 * Turns the events of the protocol into those of the session: sentences, emotions, times, and the answers to commits.
 */
export class Recognition {
  /** The pending commits and their answers. */
  readonly commits: Commits;
  /** Converts the times of events when they are emitted. */
  readonly gateTimes = new GateTimes();
  readonly #options: RecognitionOptions;
  readonly #sentences = new Sentences();
  readonly #silenceCommits: SilenceCommits;
  readonly #seam: Seam;
  readonly #times = new ReportedTimes();
  /** When the last results were requested, on the clock. */
  #finishedAtMs: number | undefined;

  constructor(options: RecognitionOptions) {
    this.#options = options;
    this.commits = new Commits(options);
    this.#seam = new Seam(options.settleBy);
    this.#silenceCommits = new SilenceCommits(options.clock, this.commits, this.#sentences, (beforeMs) => {
      for (const id of this.#sentences.lostFromBefore(beforeMs)) this.truncate(id);
    });
  }

  /** The commit was sent at `positionMs` of the given audio. */
  commitSent(commit: PendingCommit, positionMs: number, bySilence: boolean): void {
    this.commits.sent(commit, positionMs, bySilence);
    if (bySilence) this.#silenceCommits.check();
  }

  finishSent(): void {
    this.#finishedAtMs = this.#options.clock.now();
  }

  /** Returns whether there was text that was not told before. */
  receive(event: SpeechEvent, sender: SenderView): boolean {
    let isNewText = false;
    switch (event.type) {
      case 'speechStarted':
      case 'speechStopped':
      case 'interim':
      case 'final':
        isNewText = this.#sentence(event, sender);
        break;
      case 'sentenceFailed':
        this.#seam.failed(event.sentenceId);
        this.#failed(event.sentenceId && this.#sentences.idOf(event.sentenceId), event.error);
        break;
      case 'commitAnswered':
        this.#commitAnswered(event, sender);
        break;
      case 'restAnswered':
        sender.settled.boundary(sender.positionMs);
        break;
      case 'usage':
        this.#options.counter.usage(event);
        break;
      case 'warning':
        this.#options.emit(event);
        break;
    }
    sender.settled.event(this.#now());
    this.#silenceCommits.heard();
    this.#settle(sender);
    return isNewText;
  }

  /** Something arrived from the service. */
  alive(sender: SenderView): void {
    const now = this.#now();
    sender.settled.alive(now);
    for (const id of this.#sentences.overdue(now)) this.#failed(id, { message: NO_FINAL });
    if (this.#options.settleBy === 'final') this.#giveUpBefore(sender.settled.heardMs);
    this.#settle(sender);
  }

  /** Unsettled audio will be recognised again, and unanswered commits will be sent again. */
  connectionLost({ settled, positionMs }: SenderView): void {
    const heardToMs = this.#options.isMeasured ? positionMs : this.#times.heardToMs;
    this.#sentences.connectionLost(heardToMs);
    this.#seam.replay(settled.replayFromMs, heardToMs);
    this.#silenceCommits.connectionLost();
    this.commits.restart();
    this.#options.counter.protocolSessionEnded();
  }

  /** Whether a commit waits for its answer. */
  get hasPendingCommits(): boolean {
    return this.commits.anyPending;
  }

  /** Whether a result is still to come that was promised. */
  get hasOpenResults(): boolean {
    return this.hasPendingCommits || this.hasOpenSentences;
  }

  /** Whether the service could begin anew here, because none of the audio that it has is unfinished. */
  isAtPause({ settled, positionMs }: SenderView): boolean {
    if (this.hasOpenResults) return false;
    return this.#options.settleBy === 'final' || settled.ms >= positionMs;
  }

  /**
   * Whether audio is still to be sent, or was sent and waits for its commit. Audio of mode `vad` is owed no result as
   * long as the service has begun no sentence in it, unless it is loud.
   */
  owesAudio({ settled, endMs, hasAudio }: SenderView): boolean {
    if (settled.ms >= endMs) return false;
    return hasAudio || this.#options.settleBy === 'commit';
  }

  /** Whether a healthy service should have sent a result for the audio by now. */
  isAnswerOwed({ settled }: SenderView): boolean {
    if (this.commits.oldest) return true;
    if (this.#options.settleBy === 'commit') return false;
    const audioMs = this.#sentences.anyOpen ? settled.sentSinceEventMs : settled.loudSinceEventMs;
    return audioMs >= OWING_AUDIO_MS;
  }

  /** Whether a sentence waits for its final. */
  get hasOpenSentences(): boolean {
    return this.#sentences.anyOpen;
  }

  /** The protocol session ended without an error, or found no speech, so unanswered requests have no answer. */
  protocolSessionEnded({ settled, positionMs }: SenderView): void {
    settled.boundary(positionMs);
    this.truncate();
    this.commits.settleSent();
    this.commits.restart();
    this.#seam.boundary();
    this.#options.counter.protocolSessionEnded();
  }

  /** The service has given all of its results, so nothing more is awaited. */
  complete(): void {
    this.truncate();
    this.commits.answerBySilence();
  }

  /** Makes the last interims of unfinished sentences their finals, so that no recognised text is lost. */
  truncate(sentenceId?: string): void {
    for (const final of this.#sentences.truncate(sentenceId)) {
      this.#options.counter.final(final.text, undefined);
      const told = this.gateTimes.inGiven(final);
      this.commits.final(final, told);
      this.#options.emit(told);
    }
  }

  /** The session is over; commits without an answer fail with `reason`. */
  stop(reason: AsrError): void {
    this.#silenceCommits.stop();
    this.commits.failAll(reason);
  }

  /** The service reports that all results are there. */
  finishAnswered(): void {
    if (this.#finishedAtMs !== undefined) this.#options.counter.completed(this.#now() - this.#finishedAtMs);
  }

  #sentence(event: SentenceEvent, { timeline, times, settled, positionMs }: SenderView): boolean {
    this.#options.counter.package(this.#now());
    this.#times.convert(event, timeline);
    const found = this.#seam.newOf(event);
    if (!found) return false;
    const beginMs = beginOf(found);
    if (beginMs !== undefined) this.#giveUpBefore(beginMs);
    found.sentenceId = this.#sentences.idOf(found.sentenceId, beginMs);
    switch (found.type) {
      case 'speechStarted':
      case 'speechStopped':
        this.#speechEdge(found, times);
        break;
      case 'interim':
        this.#options.counter.text(found.sentenceId, this.#now());
        for (const one of this.#sentences.interim(found)) this.#options.emit(this.gateTimes.inGiven(one));
        break;
      case 'final': {
        const { beginMs: fromMs, endMs } = this.#final(found, times);
        // A service may report an end that lies beyond the audio it has.
        if (endMs !== undefined) settled.final(fromMs, Math.min(endMs, positionMs));
      }
    }
    return found.type === 'interim' || found.type === 'final';
  }

  #speechEdge(event: EventOf<'speechStarted' | 'speechStopped'>, times: SendTimes): void {
    let isNew: boolean;
    if (event.type === 'speechStarted') {
      isNew = this.#sentences.speechStarted(event);
      this.#options.counter.speechStarted(event.sentenceId, times.sentAt(event.atMs));
    } else {
      isNew = this.#sentences.speechStopped(event, this.#now());
    }
    this.#silenceCommits.speechEdge(event);
    if (isNew) this.#options.emit(this.gateTimes.inGiven(event));
  }

  #final(event: ServiceEventOf<'final'>, times: SendTimes): FinalEvent {
    const { counter } = this.#options;
    const now = this.#now();
    const { events, final } = this.#sentences.final(event, now);
    if (final.text !== '') {
      const spokenAtMs = final.endMs === undefined ? undefined : times.sentAt(final.endMs);
      const askedAtMs = spokenAtMs ?? this.commits.oldest?.state.sentAtMs ?? this.#finishedAtMs;
      counter.text(event.sentenceId, now);
      const latencyMs = askedAtMs === undefined ? undefined : now - askedAtMs;
      if (latencyMs !== undefined) final.latencyMs = Math.round(latencyMs);
      counter.final(final.text, latencyMs);
    }
    this.#seam.final(final);
    const told = this.gateTimes.inGiven(final);
    this.commits.final(final, told);
    for (const one of events) this.#options.emit(one === final ? told : one);
    return final;
  }

  #commitAnswered(
    { commit, sentenceIds, error, isRefused }: ServiceEventOf<'commitAnswered'>,
    { settled }: SenderView,
  ): void {
    const ids = sentenceIds.map((id) => this.#sentences.nameOf(id));
    const isFirst = this.commits.isFirst(commit);
    // A commit that is refused as empty is answered by the sentence that the service completed before.
    const isAnswered = isRefused && isFirst && this.commits.anyUnclaimed;
    this.commits.settle(
      commit,
      ({ sentenceId }) => isFirst || ids.includes(sentenceId),
      isAnswered ? undefined : error,
    );
    // The service begins anew after a commit of its own.
    settled.boundary(this.commits.answeredUpToMs);
    this.#seam.boundary();
  }

  #settle({ settled }: SenderView): void {
    if (this.#options.settleBy === 'commit') return;
    if (this.#sentences.anyOpen) settled.open(this.#sentences.openFromMs);
    else settled.quiet();
  }

  /** Gives up lost sentences that were not recognised again, unless one that is still recognised may contain them. */
  #giveUpBefore(positionMs: number): void {
    if (this.#seam.isRepeating) return;
    for (const id of this.#sentences.lostAtBefore(positionMs)) this.truncate(id);
  }

  #failed(
    sentenceId: string | undefined,
    { message, sessionId, requestId }: Pick<AsrError, 'message' | 'sessionId' | 'requestId'>,
  ): void {
    this.#options.emit({
      type: 'warning',
      code: 'SENTENCE_FAILED',
      message,
      ...(sentenceId !== undefined && { sentenceId }),
      ...(sessionId && { sessionId }),
      ...(requestId && { requestId }),
    });
    if (sentenceId !== undefined) this.truncate(sentenceId);
  }

  #now(): number {
    return this.#options.clock.now();
  }
}
