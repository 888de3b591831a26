import { AsrError } from '../vocabulary/errors';
import type { Frame } from '../vocabulary/frame';
import type { SessionMode, WireFormat } from '../vocabulary/models';
import { object, string } from '../base/json';
import type { JsonObject } from '../base/json';
import { merged } from './merge';

export interface QwenRealtimeConfig {
  model: string;
  mode: SessionMode;
  /** The format of audio that is passed through unchanged. Default `pcm`. */
  format?: WireFormat;
  sampleRateHz: number;
  vadThreshold: number;
  vadSilenceMs: number;
  language?: string;
  corpusText?: string;
  /** Settings that are sent as they are, in `session`. */
  otherSettings?: JsonObject;
}

/** The suffix that a snapshot's name adds to its alias. */
const SNAPSHOT_DATE = /^-\d{4}-\d{2}-\d{2}$/;

/** The configuration as a message of the protocol (protocol.md A.4.1). */
export function sessionUpdate(config: QwenRealtimeConfig, eventId: string): Frame {
  const { mode, format = 'pcm', sampleRateHz, vadThreshold, vadSilenceMs, language, corpusText } = config;
  const session = {
    modalities: ['text'],
    input_audio_format: format,
    sample_rate: sampleRateHz,
    input_audio_transcription: {
      ...(language && { language }),
      ...(corpusText && { corpus: { text: corpusText } }),
    },
    // Leaving it out would keep the default VAD, so Manual mode is an explicit null (protocol.md A.4.1).
    turn_detection:
      mode === 'manual'
        ? null
        : { type: 'server_vad', threshold: vadThreshold, silence_duration_ms: vadSilenceMs },
  };
  return JSON.stringify({
    event_id: eventId,
    type: 'session.update',
    session: merged(session, config.otherSettings),
  });
}

/** The service silently runs another, dearer model for a name that it does not know (protocol.md A.2). */
export function modelMismatch(asked: string, session: JsonObject | undefined): AsrError | undefined {
  const echoed = string(session?.model) ?? string(object(session?.input_audio_transcription)?.model);
  // The service may echo an alias as its snapshot, or a snapshot as its alias.
  if (echoed === undefined || echoed === asked || echoed.startsWith(`${asked}-`)) return undefined;
  if (asked.startsWith(echoed) && SNAPSHOT_DATE.test(asked.slice(echoed.length))) return undefined;
  const message = `The service runs ${echoed}, not the ${asked} that was asked for. Check the model's name and that the region has it.`;
  return new AsrError('MODEL_MISMATCH', message, { param: 'model' });
}
