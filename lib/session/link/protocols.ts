import { randomUUID } from 'node:crypto';
import type { Model } from '../../vocabulary/models';
import { parameterOrDefault } from '../../vocabulary/models';
import type { Protocol } from '../../protocol/protocol';
import { QwenRealtimeProtocol } from '../../protocol/qwen-realtime';
import { RunTaskProtocol } from '../../protocol/run-task';
import type { SessionConfig } from '../config';

/** Creates a protocol session of the configured model. */
export function createProtocol(config: SessionConfig, context: SessionConfig['context']): Protocol {
  return PROTOCOLS[config.model.protocol](config, context);
}

const PROTOCOLS: Record<
  Model['protocol'],
  (config: SessionConfig, context: SessionConfig['context']) => Protocol
> = {
  'qwen-realtime': ({
    model,
    mode,
    wireFormat,
    sampleRateHz,
    parameters,
    otherSettings,
    languages: [language],
  }) =>
    new QwenRealtimeProtocol({
      model: model.id,
      mode,
      format: wireFormat,
      sampleRateHz,
      vadThreshold: parameterOrDefault(model, parameters, 'vadThreshold'),
      vadSilenceMs: parameterOrDefault(model, parameters, 'silenceMs'),
      ...(language && { language }),
      ...(parameters.corpusText && { corpusText: parameters.corpusText }),
      ...(otherSettings && { otherSettings }),
    }),
  'run-task': ({ model, sampleRateHz, parameters, otherSettings, languages, wireFormat }, context) => {
    const { heartbeat } = model.parameters;
    const stays = heartbeat?.kind === 'boolean' && heartbeat.default;
    return new RunTaskProtocol({
      model: model.id,
      format: wireFormat,
      sampleRateHz,
      languages,
      parameters: stays ? { heartbeat: true, ...parameters } : parameters,
      ...(otherSettings && { otherSettings }),
      context,
      createTaskId: randomUUID,
    });
  },
};
