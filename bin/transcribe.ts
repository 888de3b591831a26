import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { AsrError, DEFAULT_MODEL, describeAudio, REGIONS, transcribe } from '../lib';
import type {
  AudioFormatHints,
  Region,
  SessionMode,
  SessionOptions,
  TranscribeOptions,
  Transcript,
} from '../lib';
import { isCloudRegion, languageOfTag, readOtherSettings } from '../lib/hosts';
import { startLocalService } from '../local-service';
import { audioArgument, RAW_OPTIONS, RAW_USAGE, rawHints } from './audio-argument';
import { askSecret, LiveLine } from './terminal';

const USAGE = `Usage: flow-asr transcribe FILE [OPTIONS]

Prints the text of a recording. FILE is a path, an http or https address, or - for standard input: WAV, MP3, FLAC,
AIFF, Ogg or WebM Opus, raw samples of which you say the rate, and everything else where ffmpeg is installed.

  --model M         default ${DEFAULT_MODEL}
  --mode vad|manual who ends a sentence: silence (default), or only the end of the file
  --region R        ${REGIONS.join(', ')}
  --address URL     ws:// or wss:// address of another service
  --workspace ID    Model Studio workspace of the region
  --language L      such as zh or en; default: the service detects it
  --other-settings JSON
                    settings by their names on the wire, sent as they are: '{"name": value}'
  --pace P          fast (default) or realtime
${RAW_USAGE}
  --json            the whole transcript as JSON
  --help

The API key comes from DASHSCOPE_API_KEY, with its workspace from DASHSCOPE_WORKSPACE_ID, or is asked for. Without a
key, a region and an address, the local service is started for this one recording.
`;

/** Decoding this much takes no noticeable time. */
const MAX_MEASURED_BYTES = 20_000_000;

const OPTIONS = {
  model: { type: 'string' },
  mode: { type: 'string' },
  region: { type: 'string' },
  address: { type: 'string' },
  workspace: { type: 'string' },
  language: { type: 'string' },
  'other-settings': { type: 'string' },
  pace: { type: 'string', default: 'fast' },
  ...RAW_OPTIONS,
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/**
 * `flow-asr transcribe`: prints the text to stdout, and progress to stderr where that is a terminal. Returns the exit
 * code.
 */
export async function runTranscribe(argv: string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // The rest of Node's message is about arguments that begin with a dash.
    const [what = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    return fail(2, `${what}. See flow-asr transcribe --help.`);
  }
  const { values, positionals } = parsed;
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const [file] = positionals;
  if (file === undefined || positionals.length > 1)
    return fail(2, 'Expected one FILE. See flow-asr transcribe --help.');
  if (values.pace !== 'fast' && values.pace !== 'realtime') {
    return fail(2, `Expected --pace to be fast or realtime, got "${values.pace}".`);
  }
  const interrupted = new AbortController();
  const onInterrupt = () => {
    interrupted.abort();
  };
  process.once('SIGINT', onInterrupt);
  try {
    await refuseFolder(file);
    const hints = rawHints(values);
    const otherSettings = readOtherSettings(values['other-settings']);
    const duration = process.stderr.isTTY ? await durationOf(file, hints) : undefined;
    await using place = await findService(values, interrupted.signal);
    const options: SessionOptions = {
      ...place.options,
      ...(values.model && { model: values.model }),
      ...(values.mode && { mode: values.mode as SessionMode }),
      ...(values.language && { language: languageOfTag(values.language) }),
      ...(otherSettings && { otherSettings }),
      ...(values.pace === 'realtime' && { pace: { burstMs: 100, multiple: 1 }, maxHeldAudioMs: 1000 }),
      signal: interrupted.signal,
    };
    await print(await run(file, duration, { ...options, hints }), values.json);
    return 0;
  } catch (error) {
    return fail(
      interrupted.signal.aborted ? 130 : error instanceof AsrError && error.code === 'INVALID_OPTION' ? 2 : 1,
      error,
    );
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

/** Reports an unreadable input before a service is started for it. */
async function refuseFolder(file: string): Promise<void> {
  if (audioArgument(file).source !== file || /^https?:/i.test(file)) return;
  const found = await stat(file).catch((cause: unknown) => {
    throw new Error(`Cannot read "${file}": ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
    });
  });
  if (found.isDirectory()) throw new Error(`"${file}" is a directory; expected a recording.`);
}

/** @param durationMs `undefined` where the duration is unknown before the end. */
async function run(
  file: string,
  durationMs: number | undefined,
  options: TranscribeOptions,
): Promise<Transcript> {
  const line = new LiveLine(process.stderr);
  let sentMs = 0;
  try {
    const { source, strings } = audioArgument(file);
    return await transcribe(source, {
      ...options,
      strings,
      onEvent: (event) => {
        if (event.type === 'interim')
          line.show(event.text, durationMs === undefined ? 0 : sentMs / durationMs);
        if (event.type === 'final') sentMs = event.endMs ?? sentMs;
        if (event.type === 'warning') line.note(`flow-asr: ${event.message}`);
      },
    });
  } finally {
    line.clear();
  }
}

async function print(transcript: Transcript, asJson: boolean): Promise<void> {
  const text = asJson ? JSON.stringify(transcript, null, 2) : transcript.text;
  if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain');
}

interface Place extends AsyncDisposable {
  options: SessionOptions;
}

/**
 * Chooses the service: the one that was asked for, else the cloud if there is a key, else a local service for this
 * run.
 */
async function findService(
  values: { region?: string; address?: string; workspace?: string },
  signal: AbortSignal,
): Promise<Place> {
  const { region, address, workspace } = values;
  const nothing = () => Promise.resolve();
  let apiKey = process.env.DASHSCOPE_API_KEY;
  if (!region && !address && !apiKey) {
    const service = await startLocalService({ engine: 'recogniser', signal });
    return {
      options: { region: 'local', address: service.url },
      [Symbol.asyncDispose]: () => service.close(),
    };
  }
  const isCloud = region ? isCloudRegion(region) : !address;
  // The vendor's SDKs do the same; a workspace belongs to the account of the key (protocol.md E 18).
  const workspaceId = workspace ?? (isCloud && apiKey ? process.env.DASHSCOPE_WORKSPACE_ID : undefined);
  if (isCloud && !apiKey && process.stdin.isTTY) apiKey = await askSecret('API key: ');
  const options: SessionOptions = {
    ...(region && { region: region as Region }),
    ...(address && { address }),
    ...(workspaceId && { workspaceId }),
    // The local service needs none.
    ...(apiKey && region !== 'local' && { apiKey }),
  };
  return { options, [Symbol.asyncDispose]: nothing };
}

/** The duration of a file; other sources can be read only once. `transcribe` reports a file that cannot be read. */
async function durationOf(file: string, hints: AudioFormatHints): Promise<number | undefined> {
  const isFile = await stat(file).then(
    (stats) => stats.isFile() && stats.size <= MAX_MEASURED_BYTES,
    () => false,
  );
  if (!isFile) return undefined;
  return describeAudio(file, { strings: 'file', hints }).then(
    ({ seconds }) => seconds * 1000,
    () => undefined,
  );
}

function fail(exitCode: number, error: unknown): number {
  process.stderr.write(
    `flow-asr: ${error instanceof Error ? error.message : String(error)}${idsOf(error)}\n`,
  );
  return exitCode;
}

/** The ids that the vendor's support asks for. */
function idsOf(error: unknown): string {
  if (!(error instanceof AsrError)) return '';
  const { sessionId, requestId } = error;
  const ids = [sessionId && `session ${sessionId}`, requestId && `request ${requestId}`].filter(Boolean);
  return ids.length === 0 ? '' : ` (${ids.join(', ')})`;
}
