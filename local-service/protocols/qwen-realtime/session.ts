import { decodeBase64 } from '../../audio/base64';
import { createPcmDecoder, type PcmDecoder } from '../../audio/decoder';
import type { ClientConnection, ProtocolHandler } from '../../client-connection';
import { FAILURES, type Failure } from '../../script/failures';
import type { EngineEvent, EngineSession } from '../../engines/engine';
import { IdleWatch } from '../../idle-watch';
import { newId } from '../../ids';
import { parseJsonObject, show, type JsonObject } from '../../json';
import {
  applyUpdate,
  defaultConfiguration,
  describeSession,
  type SessionConfiguration,
} from './configuration';
import * as frames from './frames';
import { Items } from './items';
import { servedModel } from './models';
import * as refusals from './refusals';
import { RateLimit } from './rate-limit';
import { usageOf } from './usage';

/**
 * How long the service waits for the client's close after `session.finished`. An immediate close makes the vendor's
 * Java SDK throw "conversation is already closed!" (protocol.md E 22).
 */
const CLIENT_CLOSE_MS = 1_000;

/**
 * A connection without messages for this long is dropped, as live ones were (protocol.md E 5). Clients expect this
 * time (protocol.md D 17).
 */
const IDLE_TIMEOUT_MS = 60_000;

/**
 * Serves Qwen-ASR-Realtime (protocol.md part A) on a connection: one session, from `session.created` to the close.
 */
export function serveQwenRealtime(connection: ClientConnection, url: URL): ProtocolHandler {
  return new QwenRealtimeSession(connection, servedModel(url.searchParams.get('model')));
}

class QwenRealtimeSession implements ProtocolHandler {
  readonly #connection: ClientConnection;
  readonly #id = newId('sess');
  readonly #items = new Items();
  readonly #rate = new RateLimit();
  #configuration: SessionConfiguration;
  /** Created with the first audio, when the configuration is fixed. */
  #decoder: PcmDecoder | undefined;
  #engine: EngineSession | undefined;
  #audioMs = 0;
  /** Bytes since the last commit. */
  #bufferedBytes = 0;
  #finishing = false;
  #undecodable = false;
  #idle: IdleWatch | undefined;
  #leavePlace = (): void => undefined;
  /** Segments whose inference has failed; no further events are sent for them. */
  readonly #failedSegments = new Set<number>();

  constructor(connection: ClientConnection, model: string) {
    this.#connection = connection;
    this.#configuration = defaultConfiguration(model);
  }

  opened(): void {
    this.#idle = new IdleWatch(this.#connection.timers, IDLE_TIMEOUT_MS, () => {
      if (!this.#finishing) this.#connection.close(1011, 'Internal server error');
    });
    this.#send(frames.sessionCreated(describeSession(this.#id, this.#configuration, false)));
  }

  text(message: string): void {
    this.#idle?.heard();
    const event = parseJsonObject(message);
    if (!event) {
      this.#connection.recorder.receivedGarbage(message);
      this.#refuse(refusals.NOT_JSON, null);
      return;
    }
    const type = typeof event.type === 'string' ? event.type : '';
    const isAppend = type === 'input_audio_buffer.append';
    if (!isAppend) this.#connection.recorder.receivedJson(type, event);
    // "Nothing may be sent after it" (protocol.md A.4.4), so later data is ignored.
    if (this.#finishing) return;
    const eventId = typeof event.event_id === 'string' ? event.event_id : null;
    switch (type) {
      case 'session.update':
        this.#update(event, eventId);
        return;
      case 'input_audio_buffer.append':
        this.#append(event, eventId);
        return;
      case 'input_audio_buffer.commit':
        this.#commit(eventId);
        return;
      case 'session.finish':
        void this.#finish();
        return;
      default:
        this.#refuse(refusals.unknownType(event.type), eventId);
    }
  }

  binary(message: Buffer): void {
    this.#connection.recorder.receivedGarbage(`${message.length} bytes in a binary frame`);
    if (this.#finishing) return;
    this.#refuse(refusals.BINARY, null);
  }

  fail(failure: Failure, closeCode: number): void {
    if (this.#finishing) return;
    this.#finishing = true;
    this.#refuse(failure, null);
    this.#connection.close(closeCode);
  }

  completeByItself(): void {
    if (!this.#configuration.turnDetection && this.#bufferedBytes > 0) this.#commitBuffer();
  }

  leave(): void {
    // This protocol has no error for it; the close code tells.
    this.#finishing = true;
  }

  closed(): void {
    this.#finishing = true;
    this.#engine?.close();
    this.#leavePlace();
  }

  #update(event: JsonObject, eventId: string | null): void {
    if (this.#decoder) {
      // protocol.md A.8.
      this.#connection.close(1007, 'session.update is not allowed after audio has been received.');
      return;
    }
    const result = applyUpdate(this.#configuration, event.session);
    if ('invalid' in result) {
      this.#refuse({ code: 'invalid_value', ...result.invalid }, eventId);
      return;
    }
    this.#configuration = result.configuration;
    this.#send(frames.sessionUpdated(describeSession(this.#id, this.#configuration, true)));
  }

  #append({ audio }: JsonObject, eventId: string | null): void {
    const bytes = typeof audio === 'string' ? decodeBase64(audio) : undefined;
    if (!bytes) {
      this.#connection.recorder.receivedGarbage(`audio that is not base64: ${show(audio)}`);
      this.#refuse(refusals.NOT_BASE64, eventId);
      return;
    }
    this.#decoder ??= createPcmDecoder(
      this.#configuration.inputAudioFormat,
      this.#configuration.sampleRateHz,
    );
    if (!this.#rate.admit(bytes.length, this.#connection.timers.now())) {
      this.#connection.close(1007, 'Audio arrives faster than 2560 KB/s.');
      return;
    }
    const { pcm, durationMs } = this.#decoder.decode(bytes);
    this.#bufferedBytes += bytes.length;
    this.#audioMs += durationMs;
    this.#connection.audioArrived(bytes, durationMs);
    if (this.#decoder.decodes || !this.#connection.engine.needsPcm) {
      if (pcm.length > 0) this.#startEngine()?.append(pcm);
    } else if (!this.#undecodable) {
      // Validation accepts the format, and decoding fails (protocol.md A.4.1, FAQ).
      this.#undecodable = true;
      const format = show(this.#configuration.inputAudioFormat);
      this.#inferenceError(
        'COMMON_ERROR',
        `<400> InvalidParameter: The local service decodes only pcm and wav, not ${format}.`,
      );
    }
  }

  #commit(eventId: string | null): void {
    if (this.#configuration.turnDetection) this.#refuse(refusals.COMMIT_IN_VAD_MODE, eventId);
    else if (this.#bufferedBytes === 0) this.#refuse(refusals.EMPTY_COMMIT, eventId);
    else this.#commitBuffer();
  }

  /** Manual mode: the audio since the last commit becomes an item. */
  #commitBuffer(): void {
    this.#bufferedBytes = 0;
    this.#commitItem(this.#items.committedSegments);
    this.#startEngine()?.commit();
  }

  async #finish(): Promise<void> {
    this.#finishing = true;
    if (!this.#configuration.turnDetection && this.#bufferedBytes > 0) this.#commitBuffer();
    await this.#engine?.finish();
    this.#send(frames.sessionFinished());
    this.#connection.close(1000, '', CLIENT_CLOSE_MS);
  }

  /** @returns `undefined` where the service already serves too many; the session has failed then. */
  #startEngine(): EngineSession | undefined {
    if (this.#engine) return this.#engine;
    const leavePlace = this.#connection.quota.listening.take();
    if (!leavePlace) {
      this.fail(FAILURES.quotaExceeded, 1000);
      return undefined;
    }
    this.#leavePlace = leavePlace;
    const { turnDetection, sampleRateHz } = this.#configuration;
    return (this.#engine = this.#connection.engine.start(
      {
        mode: turnDetection ? 'vad' : 'manual',
        sampleRateHz,
        threshold: turnDetection?.threshold ?? 0.2,
        silenceMs: turnDetection?.silenceDurationMs ?? 800,
      },
      (event) => {
        this.#heard(event);
      },
    ));
  }

  #heard(event: EngineEvent): void {
    const itemId = this.#items.idOf(event.segment);
    switch (event.type) {
      case 'speechStarted':
        this.#send(frames.speechStarted(itemId, event.atMs));
        return;
      case 'speechStopped':
        this.#send(frames.speechStopped(itemId, event.atMs));
        this.#commitItem(event.segment);
        return;
      case 'interim':
        if (!this.#failsInference(event.segment)) this.#send(frames.interim(itemId, this.#labelled(event)));
        return;
      case 'final':
        this.#final(event, itemId);
        return;
      case 'failed':
        this.#send(frames.itemFailed(itemId, event.code, event.message));
        return;
      case 'inferenceError':
        this.#inferenceError(event.code, event.message);
        return;
    }
  }

  #final(event: Extract<EngineEvent, { type: 'final' }>, itemId: string): void {
    // Without speech there is no inference that could fail.
    const hasSpeech = event.text !== '' || event.language !== '';
    if (!hasSpeech) this.#send(frames.completedWithoutSpeech(itemId, usageOf(this.#audioMs, '').duration));
    else if (!this.#failsInference(event.segment)) {
      const usage = usageOf(this.#audioMs, event.text);
      this.#send(frames.completed(itemId, this.#labelled(event), usage));
    }
  }

  /** "Returned language equals the requested one if you set it" (protocol.md A.7). */
  #labelled<T extends { language: string }>(heard: T): T {
    return { ...heard, language: this.#configuration.language ?? heard.language };
  }

  /** Whether inference refuses the language: then one error comes and no final (protocol.md A.4.1, A.8). */
  #failsInference(segment: number): boolean {
    const { unusableLanguage } = this.#configuration;
    if (unusableLanguage === undefined) return false;
    if (!this.#failedSegments.has(segment)) {
      this.#failedSegments.add(segment);
      this.#inferenceError(
        'COMMON_ERROR',
        `<400> InternalError.Algo.InvalidParameter: The language ${show(unusableLanguage)} is not supported.`,
      );
    }
    return true;
  }

  #inferenceError(code: string, message: string): void {
    this.#refuse({ code, message }, null);
  }

  #commitItem(segment: number): void {
    const { itemId, previousItemId } = this.#items.commit(segment);
    this.#send(frames.committed(itemId, previousItemId));
    this.#send(frames.itemCreated(itemId, previousItemId));
  }

  #refuse(fields: frames.ErrorFields, clientEventId: string | null): void {
    this.#send(frames.error(fields, clientEventId));
  }

  #send({ kind, frame }: frames.Frame): void {
    this.#connection.send(kind, frame.type, frame);
  }
}
