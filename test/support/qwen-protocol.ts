import type { QwenRealtimeConfig } from '../../lib/protocol/qwen-configuration';
import { QwenRealtimeProtocol } from '../../lib/protocol/qwen-realtime';
import { textOf } from '../../lib/vocabulary/frame';
import type { Frame } from '../../lib/vocabulary/frame';
import type { ServiceEvent } from '../../lib/protocol/protocol';
import { DOCUMENTED } from './documented-frames';

/** A client side without a socket, before the service's greeting. */
export function greetingProtocol(config: Partial<QwenRealtimeConfig> = {}): QwenRealtimeProtocol {
  return new QwenRealtimeProtocol({
    model: 'qwen3-asr-flash-realtime',
    mode: 'vad',
    sampleRateHz: 16000,
    vadThreshold: 0.2,
    vadSilenceMs: 800,
    ...config,
  });
}

/** A client side that the service has accepted. */
export function streamingProtocol(config: Partial<QwenRealtimeConfig> = {}): QwenRealtimeProtocol {
  const protocol = greetingProtocol(config);
  protocol.decode(DOCUMENTED.createdMeasured);
  protocol.decode(config.mode === 'manual' ? DOCUMENTED.updatedManual : DOCUMENTED.updated);
  return protocol;
}

/** Decodes frame after frame. */
export function decodeAll(protocol: QwenRealtimeProtocol, ...texts: string[]): ServiceEvent[] {
  return texts.flatMap((text) => protocol.decode(text));
}

/**
 * Events in a form that is readable at a glance: errors as their code, and without fields that a test does not ask
 * for.
 */
export function shortOf(events: readonly ServiceEvent[]): string[] {
  return events.map((event) => {
    switch (event.type) {
      case 'speechStarted':
      case 'speechStopped':
        return `${event.type} ${event.sentenceId} ${event.atMs}`;
      case 'interim':
        return `interim ${event.sentenceId} ${event.text}`;
      case 'final':
        return `final ${event.sentenceId} ${event.text}`;
      case 'sentenceFailed':
        return `sentenceFailed ${event.sentenceId} ${event.error.code}`;
      case 'commitAnswered':
        return `commitAnswered ${event.commit} [${event.sentenceIds.join(' ')}]${event.error ? ` ${event.error.code}` : ''}`;
      case 'failed':
        return `failed ${event.error.code}`;
      case 'warning':
        return `warning ${event.code}`;
      case 'usage':
        return `usage ${event.billedSeconds}`;
      default:
        return event.type;
    }
  });
}

/** A text frame of ours, parsed. */
export function parsed(frame: Frame | undefined): Record<string, unknown> {
  if (frame === undefined || frame instanceof Uint8Array) throw new Error('Expected a text frame.');
  return JSON.parse(textOf(frame)) as Record<string, unknown>;
}
