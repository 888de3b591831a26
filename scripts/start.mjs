// `npm start`: Node-RED with the nodes and the example flow, and a local service with a real recogniser for it. It
// installs, builds and fetches what is missing, and imports nothing that has to be installed before.
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfStale } from './build-if-stale.mjs';
import { endingSignal, freePort, installIfNeeded, root } from './project.mjs';

const USAGE = `Usage: npm start [-- OPTIONS]

  --once       end after the recording: exit code 0 when it became text, 1 with the reason when not
  --model M    the model that the flow asks for
  --port N     port of the editor (default 1880, or a free one)
  --folder F   where Node-RED keeps the flow (default .node-red)
  --help
`;

const EDITOR_PORT = 1880;
const SERVICE_PORT = 8791;
const RECORDING = path.join(root, 'test', 'fixtures', 'jfk.wav');
/** Time after the recording's end for its last final. */
const LAST_FINAL_WITHIN_MS = 90_000;

const log = (line) => process.stdout.write(`${line}\n`);

function readOptions() {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  try {
    const known = { once: flag, model: text, port: text, folder: text, help: { ...flag, short: 'h' } };
    const { values } = parseArgs({ options: known });
    if (values.port !== undefined && !(/^[1-9]\d*$/.test(values.port) && values.port <= 65_535)) {
      throw new Error(`--port must be a whole number from 1 to 65535, not ${JSON.stringify(values.port)}.`);
    }
    if (!values.help) return values;
    log(USAGE);
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  }
  return undefined;
}

async function main(options) {
  const signal = endingSignal();
  try {
    await installIfNeeded(root, { log });
    await buildIfStale({ log });
    signal.throwIfAborted();
    await demonstrate({ ...options, signal });
  } catch (error) {
    if (!signal.aborted) {
      if (!(error instanceof ToldFailure)) process.stderr.write(`\n${error.message}\n`);
      process.exitCode = 1;
    }
  }
  if (signal.aborted && options.once) process.exitCode = 130;
}

async function demonstrate({ once: isOnce, model, port, folder, signal }) {
  const { linkPackage, startNodeRed } = await import('./demo/node-red.mjs');
  const { prepareFlow } = await import('./demo/flow.mjs');
  const userFolder = path.resolve(root, folder ?? '.node-red');
  mkdirSync(userFolder, { recursive: true });
  linkPackage(userFolder);
  const servicePort = await freePort(SERVICE_PORT);
  const buttons = prepareFlow({ userFolder, servicePort, recording: RECORDING, model });

  const recital = new Recital({
    // A recording lacks the silence that would end its last sentence.
    onPlayed: () => (buttons.finish ? nodeRed.press(buttons.finish) : undefined),
  });
  const nodeRed = startNodeRed({
    userFolder,
    port: port === undefined ? await freePort(EDITOR_PORT) : Number(port),
    onNews: (news) => recital.hear(news),
  });
  const ending = new AbortController();
  const starting = startService(servicePort, AbortSignal.any([signal, ending.signal]));
  try {
    const ready = Promise.all([starting, nodeRed.ready()]);
    const [service] = (await Promise.race([ready, untilAborted(signal)])) ?? [];
    if (!service) return;
    log(`Editor          ${nodeRed.url}`);
    log(`Microphone      ${new URL('microphone', nodeRed.url).href}`);
    log(`Local service   ${service.url}`);
    log(`Playing         ${path.relative(root, RECORDING)}${isOnce ? '' : ' (Ctrl+C ends everything)'}\n`);
    await nodeRed.press(buttons.play);
    await Promise.race([isOnce ? recital.over : new Promise(() => {}), nodeRed.died, untilAborted(signal)]);
  } finally {
    ending.abort();
    await nodeRed.stop();
    const service = await starting.catch(() => undefined);
    await service?.close();
  }
}

/** The local service in this process; its first start fetches the recogniser. */
async function startService(port, signal) {
  const { startLocalService } = createRequire(import.meta.url)(path.join(root, 'dist', 'local-service'));
  let isFetching = false;
  const progress = (share) => {
    if (!isFetching) log('Fetching the recogniser, once, about 73 MB on disk …');
    isFetching = true;
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${Math.round(share * 100)} %`);
    if (share === 1 && process.stdout.isTTY) process.stdout.write('\r\x1b[K');
  };
  return startLocalService({ engine: 'recogniser', port, progress, signal });
}

/** A failure that was already printed among the lines of the nodes. */
class ToldFailure extends Error {}

/** Prints what the nodes report, and notices when the recording was recognised. */
class Recital {
  /** Resolves at the end of the recording's session; rejects with the reason when there is no text. */
  over;
  #settle;
  #finals = 0;
  /** The session, the node and the log report the same failure. */
  #lastFailure;
  #onPlayed;

  constructor({ onPlayed }) {
    this.#onPlayed = onPlayed;
    this.over = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.over.catch(() => undefined);
  }

  hear({ kind, event, message, type }) {
    if (kind === 'interim') log(`interim  ${event.text}`);
    if (kind === 'final') log(`final  ${event.text}${timesOf(event)}`);
    if (kind === 'final') this.#finals += 1;
    if (kind === 'failed') this.#fail(message);
    if (kind === 'event' && event.type === 'error') this.#fail(event.error.message);
    if (kind === 'event' && event.type === 'warning') log(`warning  ${event.message}`);
    if (kind === 'completed' && type === 'asr-append-audio') this.#afterPlaying();
    if (kind === 'event' && event.type === 'finished') this.#end();
  }

  #fail(message) {
    if (message !== this.#lastFailure) log(`error  ${message}`);
    this.#lastFailure = message;
    this.#settle.reject(new ToldFailure(message));
  }

  #end() {
    if (this.#finals > 0) this.#settle.resolve();
    else this.#settle.reject(new Error('The session ended without any text.'));
  }

  /** Only the first time: later recordings are the user's own, by the button in the editor. */
  #afterPlaying() {
    if (!this.#onPlayed) return;
    Promise.resolve(this.#onPlayed()).catch((error) => this.#settle.reject(error));
    this.#onPlayed = undefined;
    const reason = `The session did not end within ${LAST_FINAL_WITHIN_MS / 1000} s after the recording.`;
    setTimeout(() => this.#settle.reject(new Error(reason)), LAST_FINAL_WITHIN_MS).unref();
  }
}

/** For models with timestamps: the times of the sentence and of each word, in seconds. */
function timesOf({ words }) {
  if (!words?.length) return '';
  const at = (ms) => (ms / 1000).toFixed(2);
  const list = words.map(({ text, beginMs }) => `${at(beginMs)} ${text}`).join(', ');
  return `\n       ${at(words[0].beginMs)} to ${at(words.at(-1).endMs)} s: ${list}`;
}

async function untilAborted(signal) {
  if (!signal.aborted) await once(signal, 'abort');
}

const options = readOptions();
if (options) await main(options);
