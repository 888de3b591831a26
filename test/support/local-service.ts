import assert from 'node:assert/strict';
import { startLocalService, type LocalService, type LocalServiceOptions } from '../../local-service';
import { RawClient, type Frame } from './raw-client';
import { waitUntil } from './wait-until';

/** Services and raw clients of one test. After each test all are closed, and nothing of theirs may stay open. */
export class ServiceBench {
  #services: LocalService[] = [];
  #clients: RawClient[] = [];

  /** Registers itself with mocha. */
  constructor() {
    afterEach(() => this.#close());
  }

  async start(options: Partial<LocalServiceOptions> = {}): Promise<LocalService> {
    const service = await startLocalService({ engine: 'script', ...options });
    this.#services.push(service);
    return service;
  }

  /** @param path Path and query behind the service's address. */
  async connect(service: LocalService, path: string, headers?: Record<string, string>): Promise<RawClient> {
    const client = await RawClient.open(service.url + path, headers ? { headers } : {});
    this.#clients.push(client);
    return client;
  }

  async #close(): Promise<void> {
    for (const client of this.#clients) client.close();
    for (const service of this.#services) {
      await service.close();
      assert.equal(service.connectionCount, 0);
    }
    this.#clients = [];
    this.#services = [];
    await waitUntil(() => openHandles().length === 0, 'sockets and servers to be released');
  }
}

function openHandles(): string[] {
  return process.getActiveResourcesInfo().filter((name) => /^TCP(Socket|Server)/.test(name));
}

export const REALTIME = '/api-ws/v1/realtime?model=qwen3-asr-flash-realtime';

/** `input_audio_buffer.append` with these bytes. */
export function append(pcm: Buffer): Frame {
  return { event_id: 'event_append', type: 'input_audio_buffer.append', audio: pcm.toString('base64') };
}

/** `session.update` with these fields. */
export function update(session: Frame): Frame {
  return { event_id: 'event_update', type: 'session.update', session };
}

export const COMMIT: Frame = { event_id: 'event_commit', type: 'input_audio_buffer.commit' };
export const FINISH: Frame = { event_id: 'event_finish', type: 'session.finish' };
export const MANUAL = update({
  modalities: ['text'],
  input_audio_format: 'pcm',
  sample_rate: 16_000,
  turn_detection: null,
});

const ITEM = 'conversation.item.input_audio_transcription';
export const INTERIM = `${ITEM}.text`;
export const COMPLETED = `${ITEM}.completed`;
export const FAILED = `${ITEM}.failed`;
