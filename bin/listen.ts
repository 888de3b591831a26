import { DEFAULT_MODEL, findModel } from '../lib';
import { createSource, firstRate, listMicrophones } from '../lib/hosts';
import { readArguments, UsageError } from './cli/arguments';
import type { Arguments } from './cli/arguments';
import type { Command } from './cli/command';
import { EXIT } from './cli/exit-codes';
import { print } from './cli/output';
import { printableJson } from './cli/printable';
import { Screen } from './cli/screen';
import { NETWORK_TOPIC, RECOGNITION_TOPIC } from './flags/recognition';
import { givenSession } from './flags/session';
import { SETTINGS_TOPIC } from './flags/settings';
import { LiveReport } from './listen/live-report';
import { runLive } from './listen/live-run';
import { givenSource, SOURCES_TOPIC } from './listen/source-flags';
import { PLACE_NOTES } from './place';
import { checkTimes } from './transcribe/formats';
import type { FormatName } from './transcribe/formats';

const FORMATS: readonly FormatName[] = ['srt', 'vtt', 'words'];

export const LISTEN: Command = {
  name: 'listen',
  operands: {
    usage: '[SOURCE]',
    completes: ['microphone', 'tcp://', 'udp://', 'http://', 'https://', 'ws://', 'wyoming://', 'rtsp://'],
  },
  summary: 'print what is said at a microphone, an address or a port, as it is heard',
  about:
    'Prints each sentence as soon as it is final; at a terminal, what is being said is shown meanwhile. It goes on until Ctrl+C, and connects again whatever is lost. SOURCE is microphone (default), a port that devices send to, such as 4000, tcp://0.0.0.0:4000 or udp:4000, or an address: http and https of a web radio, ws and wss, wyoming of a satellite, and with ffmpeg rtsp and everything else.',
  flags: [
    { name: 'json', help: 'Prints every event as a line of JSON.' },
    { name: 'srt', help: 'Captions in SubRip, of a source that is no port.' },
    { name: 'vtt', help: 'Captions in WebVTT, of a source that is no port.' },
    {
      name: 'words',
      help: 'One word a line, behind its begin and end in milliseconds, of a source that is no port.',
    },
    { name: 'list-microphones', help: 'Prints the microphones of this computer, for --device, and ends.' },
  ],
  topics: [SOURCES_TOPIC, RECOGNITION_TOPIC, SETTINGS_TOPIC, NETWORK_TOPIC],
  notes: PLACE_NOTES,
  run: runListen,
};

async function runListen(argv: readonly string[]): Promise<number> {
  const given = readArguments(LISTEN, argv);
  if (given.isOn('list-microphones')) return printMicrophones(given.isOn('json'));
  const [operand, ...more] = given.operands;
  if (more.length > 0) throw new UsageError('Expected one SOURCE.');
  const { kind, values } = givenSource(given, operand);
  const session = givenSession(given);
  const { model = DEFAULT_MODEL, mode, sampleRateHz } = session.options;
  const rateHz = sampleRateHz ?? firstRate(findModel(model));
  const source = createSource(kind, values, { rateHz, models: [findModel(model).id] });
  const format = formatOf(given);
  if (format !== 'text' && source.kind === 'port') {
    throw new UsageError(`--${format} is for a source with one sender; use --json for a port.`);
  }
  checkTimes([format], model, mode);
  const screen = new Screen();
  const isPort = source.kind === 'port';
  const report = new LiveReport({ screen, format, asJson: given.isOn('json'), isPort });
  return runLive({
    source,
    rateHz,
    session,
    screen,
    report,
    onListening: () => {
      report.note(`Listening to ${source.name}.`);
    },
  });
}

function formatOf(given: Arguments): FormatName {
  const asked = FORMATS.filter((format) => given.isOn(format));
  const flags = asked.map((format) => `--${format}`);
  if (given.isOn('json')) flags.push('--json');
  if (flags.length > 1) throw new UsageError(`${flags.join(' and ')} exclude each other.`);
  return asked[0] ?? 'text';
}

/** The microphones of this computer: recorder, the name for --device, and what it is called. */
async function printMicrophones(asJson: boolean): Promise<number> {
  for (const microphone of await listMicrophones()) {
    const { recorder, device, label } = microphone;
    print(asJson ? `${printableJson(microphone)}\n` : `${recorder}\t${device}\t${label}\n`);
  }
  return EXIT.done;
}
