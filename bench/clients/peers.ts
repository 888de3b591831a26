/**
 * Streaming clients of others as their users run them, pointed at the sink; installed in `bench/peers` by `npm run bench`
 * for the case that needs them. They speak their own protocols: the `openai` package's is that of `qwen`, `@deepgram/sdk`
 * sends binary.
 */
import https from 'node:https';
import net from 'node:net';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { OpenClient } from './client';

const requirePeer = createRequire(path.join(__dirname, '../peers/package.json'));

interface OpenAiRealtime {
  socket: { once: (event: string, listener: (error?: Error) => void) => void };
  on: (event: string, listener: (event: { text?: string }) => void) => void;
  send: (event: object) => void;
  close: () => void;
}

/** This package always asks for TLS. The sink has none, so the connection is made without it. */
class PlainAgent extends https.Agent {
  override createConnection(options: net.NetConnectOpts): net.Socket {
    return net.connect(options);
  }
}

export const openOpenAi: OpenClient = async (url) => {
  const { OpenAI } = requirePeer('openai') as { OpenAI: new (options: object) => unknown };
  const { OpenAIRealtimeWS } = requirePeer('openai/realtime/ws') as {
    OpenAIRealtimeWS: new (props: object, client: unknown) => OpenAiRealtime;
  };
  const client = new OpenAI({ apiKey: 'none', baseURL: url });
  const realtime = new OpenAIRealtimeWS({ model: 'none', options: { agent: new PlainAgent() } }, client);
  realtime.on('error', (error) => {
    throw error as unknown as Error;
  });
  await new Promise<void>((resolve) => {
    realtime.socket.once('open', () => {
      resolve();
    });
  });
  return {
    send: (pcm) => {
      realtime.send({ type: 'input_audio_buffer.append', audio: pcm.toString('base64') });
    },
    onText: (listener) => {
      realtime.on('event', ({ text }) => {
        if (text) listener(text);
      });
    },
    close: () => {
      realtime.close();
    },
  };
};

interface DeepgramConnection {
  connect: () => void;
  waitForOpen: () => Promise<unknown>;
  on: (event: string, listener: (message: unknown) => void) => void;
  sendMedia: (pcm: Buffer) => void;
  close: () => void;
}

export const openDeepgram: OpenClient = async (url) => {
  const { DeepgramClient } = requirePeer('@deepgram/sdk') as {
    DeepgramClient: new (options: object) => {
      listen: { v1: { connect: (options: object) => Promise<DeepgramConnection> } };
    };
  };
  const environment = { base: url, production: url, agent: url, agentRest: url };
  const client = new DeepgramClient({ apiKey: 'none', environment });
  const connection = await client.listen.v1.connect({ model: 'nova-3', Authorization: 'Token none' });
  connection.on('error', (error) => {
    throw error as Error;
  });
  connection.connect();
  await connection.waitForOpen();
  return {
    send: (pcm) => {
      connection.sendMedia(pcm);
    },
    onText: () => undefined,
    close: () => {
      connection.close();
    },
  };
};
