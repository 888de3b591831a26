import { findModel } from '../../vocabulary/models';

const NAME = 'flow-asr';
const VERSION = '1.0.0';
const OURS = { name: 'flow-asr', url: 'https://github.com/flow-asr/n8n-nodes-realtime-asr' };
const VENDOR = { name: 'Alibaba Cloud Model Studio', url: 'https://www.alibabacloud.com/help/model-studio' };

/** The answer to `describe`: one speech-to-text program with these models. */
export function wyomingInfo(models: readonly string[]): Record<string, unknown> {
  return {
    asr: [
      {
        name: NAME,
        description: 'Streaming speech recognition',
        installed: true,
        version: VERSION,
        attribution: OURS,
        supports_transcript_streaming: true,
        models: models.map((id) => ({
          name: id,
          description: id,
          installed: true,
          version: VERSION,
          attribution: VENDOR,
          languages: findModel(id).languages,
        })),
      },
    ],
  };
}
