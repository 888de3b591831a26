import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Aedes } from '../../tools/mqtt/node_modules/aedes/aedes.js' with {
  'resolution-mode': 'import',
};

/** A real MQTT broker, which keeps what is published and subscribed to. */
export class MqttBroker {
  readonly port: number;
  readonly published: { topic: string; payload: string }[] = [];
  readonly subscriptions: string[] = [];
  readonly #broker: Aedes;
  readonly #close: () => Promise<void>;

  private constructor(broker: Aedes, port: number, close: () => Promise<void>) {
    this.#broker = broker;
    this.port = port;
    this.#close = close;
    broker.on('publish', ({ topic, payload }) => {
      if (!topic.startsWith('$SYS')) this.published.push({ topic, payload: payload.toString() });
    });
    broker.on('subscribe', (subscriptions) => {
      this.subscriptions.push(...subscriptions.map(({ topic }) => topic));
    });
  }

  static async start(): Promise<MqttBroker> {
    const { Aedes } = await import('../../tools/mqtt/node_modules/aedes/aedes.js');
    const broker = await Aedes.createBroker();
    const server = createServer((socket) => {
      broker.handle(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new MqttBroker(broker, (server.address() as AddressInfo).port, async () => {
      await new Promise<void>((resolve) => {
        broker.close(() => {
          resolve();
        });
      });
      server.close();
      await once(server, 'close');
    });
  }

  /** What was published to a topic, joined. */
  textOf(wanted: string): string {
    return this.published.flatMap(({ topic, payload }) => (topic === wanted ? [payload] : [])).join(' ');
  }

  /** As a device would. */
  async publish(topic: string, payload: Buffer | string): Promise<void> {
    await new Promise<void>((resolve) => {
      const packet = { cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false } as const;
      this.#broker.publish(packet, () => {
        resolve();
      });
    });
  }

  close(): Promise<void> {
    return this.#close();
  }
}
