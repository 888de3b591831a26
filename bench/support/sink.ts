/**
 * The service of the measurements: both protocols, a sentence every three seconds, no recognition, and as little
 * work of its own as there can be. Prints its address. What arrives late is told to whoever asks by `GET /`;
 * `GET /drop` breaks all connections off.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { ageUs, sharedNowUs, STAMP_BYTES } from './clock';
import { percentile } from './statistics';

interface SinkOptions {
  /** The number of interims that each session gets in a second. */
  interimsPerSecond?: number;
  /** Whether sentences end, each after three seconds of audio. Default true. */
  hasFinals?: boolean;
  /** Whether the stamps of the chunks are read. */
  reads?: boolean;
  /** The bytes of messages that the sink takes in a second, over all connections. */
  bytesPerSecond?: number;
}

const {
  interimsPerSecond = 0,
  hasFinals = true,
  reads = false,
  bytesPerSecond,
} = JSON.parse(process.argv[2] ?? '{}') as SinkOptions;
const TICK_MS = 5;
const AUDIO_KEY = '"audio":"';
const CHUNK_MS = 100;
const SENTENCE_CHUNKS = 30;
/** The stamp as base64. */
const STAMP_CHARACTERS = (STAMP_BYTES / 3) * 4;

interface Client {
  ws: WebSocket;
  protocol: 'qwen' | 'run-task';
  taskId: string;
  /** The number of audio messages so far. */
  chunks: number;
  /** The first audio message of the present sentence, and the one behind its last. */
  sentenceFrom: number;
  sentenceTo: number;
  sentences: number;
  isOpen: boolean;
}

const clients = new Set<Client>();
let delaysUs: number[] = [];
let messages = 0;
let budgetBytes = bytesPerSecond ?? 0;

const http = createServer((request, response) => {
  if (request.url === '/drop') for (const { ws } of clients) ws.terminate();
  const { user, system } = process.cpuUsage();
  // A connection that is kept alive would be closed while a measurement does not use it.
  response.setHeader('connection', 'close');
  response.end(
    JSON.stringify({
      messages,
      p50Us: percentile(delaysUs, 50),
      p99Us: percentile(delaysUs, 99),
      cpuUs: user + system,
    }),
  );
  delaysUs = [];
  messages = 0;
});
// The bytes are not checked for UTF-8, because the client is what is measured.
const server = new WebSocketServer({ server: http, perMessageDeflate: false, skipUTF8Validation: true });

server.on('connection', (ws, request) => {
  const protocol = request.url?.includes('/realtime') ? 'qwen' : 'run-task';
  // Sessions do not end their sentences at the same time.
  const sentenceTo = 1 + ((clients.size * 7) % SENTENCE_CHUNKS);
  const client: Client = {
    ws,
    protocol,
    taskId: '',
    chunks: 0,
    sentenceFrom: 0,
    sentenceTo,
    sentences: 1,
    isOpen: false,
  };
  clients.add(client);
  ws.on('close', () => clients.delete(client));
  ws.on('error', () => undefined);
  ws.on('message', (data, isBinary) => {
    receive(client, data as Buffer, isBinary);
  });
  if (protocol === 'qwen') ws.send('{"event_id":"e","type":"session.created","session":{"id":"s"}}');
});

function receive(client: Client, data: Buffer, isBinary: boolean): void {
  messages += 1;
  if (bytesPerSecond) spend(client, data.length);
  if (isBinary) {
    sentence(client);
    if (reads) delay(data.readUIntLE(0, STAMP_BYTES));
    return;
  }
  const at = data.indexOf(AUDIO_KEY);
  if (at >= 0) {
    sentence(client);
    if (!reads) return;
    const begin = at + AUDIO_KEY.length;
    const stamp = Buffer.from(data.toString('latin1', begin, begin + STAMP_CHARACTERS), 'base64');
    delay(stamp.readUIntLE(0, STAMP_BYTES));
    return;
  }
  command(client, data.toString());
}

function delay(stamp: number): void {
  delaysUs.push(ageUs(stamp, sharedNowUs()));
}

function spend({ ws }: Client, bytes: number): void {
  budgetBytes -= bytes;
  if (budgetBytes < 0) ws.pause();
}

function command(client: Client, text: string): void {
  const { ws } = client;
  if (text.includes('session.update')) {
    ws.send('{"event_id":"e","type":"session.updated","session":{"id":"s"}}');
    client.isOpen = true;
  } else if (text.includes('session.finish')) {
    ws.send('{"event_id":"e","type":"session.finished"}');
  } else if (text.includes('run-task')) {
    client.taskId = (JSON.parse(text) as { header: { task_id: string } }).header.task_id;
    ws.send(`{"header":{"task_id":"${client.taskId}","event":"task-started","attributes":{}},"payload":{}}`);
    client.isOpen = true;
  } else if (text.includes('finish-task')) {
    const header = `{"task_id":"${client.taskId}","event":"task-finished","attributes":{}}`;
    ws.send(`{"header":${header},"payload":{"output":{},"usage":null}}`);
  }
}

/** Without sentence ends a client would have to keep all audio. */
function sentence(client: Client): void {
  const { ws, protocol, chunks } = client;
  client.chunks += 1;
  if (protocol === 'qwen' && chunks === client.sentenceFrom) {
    ws.send(qwenMessage(client, SPEECH_STARTED, `"audio_start_ms":${chunks * CHUNK_MS}`));
  }
  if (!hasFinals || client.chunks < client.sentenceTo) return;
  const tags = '"language":"en","emotion":"neutral"';
  ws.send(
    protocol === 'qwen'
      ? qwenMessage(client, `${TRANSCRIPTION}.completed`, `${tags},"transcript":"${WORDS}"`)
      : runTaskResult(client, WORDS, client.sentenceTo * CHUNK_MS),
  );
  client.sentences += 1;
  client.sentenceFrom = client.sentenceTo;
  client.sentenceTo += SENTENCE_CHUNKS;
}

const WORDS = 'and so my fellow Americans ask not what your country can do';
const SPEECH_STARTED = 'input_audio_buffer.speech_started';
const TRANSCRIPTION = 'conversation.item.input_audio_transcription';

/** The text begins with the time when it was sent. */
function interim(client: Client): string {
  const text = `${sharedNowUs()} ${WORDS}`;
  if (client.protocol === 'run-task') return runTaskResult(client, text, null);
  const fields = `"content_index":0,"language":"en","emotion":"neutral","text":"${text}","stash":" for you"`;
  return qwenMessage(client, `${TRANSCRIPTION}.text`, fields);
}

function qwenMessage(client: Client, type: string, fields: string): string {
  return `{"event_id":"event_1","type":"${type}","item_id":"item_${client.sentences}",${fields}}`;
}

function runTaskResult(client: Client, text: string, endMs: number | null): string {
  return (
    `{"header":{"task_id":"${client.taskId}","event":"result-generated","attributes":{}},"payload":{"output":{"sentence":` +
    `{"sentence_id":${client.sentences},"begin_time":${client.sentenceFrom * CHUNK_MS},"end_time":${String(endMs)},` +
    `"text":"${text}","sentence_end":${String(endMs !== null)},"words":[]}}}}`
  );
}

/** All sessions in turn, each `interimsPerSecond` times a second, a few every tick. */
let due = 0;
let turn: Client[] = [];
setInterval(() => {
  if (bytesPerSecond) refill(bytesPerSecond);
  due = Math.min(clients.size, due + (clients.size * interimsPerSecond * TICK_MS) / 1000);
  for (; due >= 1; due -= 1) {
    if (turn.length === 0) turn = [...clients];
    const client = turn.pop();
    if (client?.isOpen) client.ws.send(interim(client));
  }
}, TICK_MS);

function refill(rate: number): void {
  budgetBytes = Math.min(rate / 10, budgetBytes + (rate * TICK_MS) / 1000);
  if (budgetBytes <= 0) return;
  for (const { ws } of clients) if (ws.isPaused) ws.resume();
}

http.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ws://127.0.0.1:${(http.address() as AddressInfo).port}\n`);
});
