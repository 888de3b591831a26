import type { Model } from '../models';
import type { Protocol } from '../protocol/protocol';
import { QwenRealtimeProtocol } from '../protocol/qwen-realtime';
import type { SessionConfig } from './config';

/** The wire protocol of the configured model. */
export function createProtocol(config: SessionConfig): Protocol {
  const { model, mode, sampleRateHz, vadThreshold, vadSilenceMs, language, corpusText } = config;
  const protocols: Record<Model['protocol'], () => Protocol> = {
    'qwen-realtime': () =>
      new QwenRealtimeProtocol({
        model: model.id,
        mode,
        sampleRateHz,
        vadThreshold,
        vadSilenceMs,
        ...(language && { language }),
        ...(corpusText && { corpusText }),
      }),
  };
  return protocols[model.protocol]();
}
