/** The baseline: a client as somebody writes it who knows `ws` and the protocol, without any handling of faults. */
import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import type { Client, OpenClient } from './client';

export const openBare: OpenClient = (url, protocol) =>
  protocol === 'qwen' ? openQwen(url) : openRunTask(url);

const openQwen = (url: string): Promise<Client> =>
  new Promise((resolve, reject) => {
    const ws = new WebSocket(`${url}/api-ws/v1/realtime?model=qwen3-asr-flash-realtime`, {
      perMessageDeflate: false,
    });
    let listener: ((text: string) => void) | undefined;
    let events = 0;
    ws.on('error', reject);
    ws.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString()) as {
        type: string;
        text: string;
        stash: string;
      };
      if (message.type === 'session.created') {
        ws.send(
          '{"event_id":"e","type":"session.update","session":{"modalities":["text"],"input_audio_format":"pcm"}}',
        );
      } else if (message.type === 'session.updated') {
        resolve({
          send: (pcm) => {
            const audio = pcm.toString('base64');
            ws.send(
              `{"event_id":"event_${(events += 1)}","type":"input_audio_buffer.append","audio":"${audio}"}`,
            );
          },
          onText: (given) => (listener = given),
          close: () => {
            ws.terminate();
          },
        });
      } else if (message.type === 'conversation.item.input_audio_transcription.text') {
        listener?.(message.text + message.stash);
      }
    });
  });

const openRunTask = (url: string): Promise<Client> =>
  new Promise((resolve, reject) => {
    const ws = new WebSocket(`${url}/api-ws/v1/inference`, { perMessageDeflate: false });
    let listener: ((text: string) => void) | undefined;
    const header = { action: 'run-task', task_id: randomUUID(), streaming: 'duplex' };
    ws.on('error', reject);
    ws.on('open', () => {
      ws.send(JSON.stringify({ header, payload: { model: 'fun-asr-realtime', parameters: {}, input: {} } }));
    });
    ws.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString()) as {
        header: { event: string };
        payload: { output: { sentence: { text: string; sentence_end: boolean } } };
      };
      if (message.header.event === 'task-started') {
        resolve({
          send: (pcm) => {
            ws.send(pcm);
          },
          onText: (given) => (listener = given),
          close: () => {
            ws.terminate();
          },
        });
      } else if (
        message.header.event === 'result-generated' &&
        !message.payload.output.sentence.sentence_end
      ) {
        listener?.(message.payload.output.sentence.text);
      }
    });
  });
