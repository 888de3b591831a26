import { DEFAULT_MODEL, findModel } from '../lib';
import { createSource, firstRate } from '../lib/hosts';
import { readArguments } from './cli/arguments';
import type { Command } from './cli/command';
import { log } from './cli/output';
import { Screen } from './cli/screen';
import { NETWORK_TOPIC, RECOGNITION_TOPIC } from './flags/recognition';
import { givenSession } from './flags/session';
import { SETTINGS_TOPIC } from './flags/settings';
import { LiveReport } from './listen/live-report';
import { runLive } from './listen/live-run';
import { PLACE_NOTES } from './place';

const DEFAULT_PORT = 10_300;

export const WYOMING: Command = {
  name: 'wyoming',
  summary: "be Home Assistant's speech-to-text, over the Wyoming protocol",
  about:
    'Serves speech-to-text over the Wyoming protocol until Ctrl+C. In Home Assistant add the integration Wyoming Protocol with the address of this machine and the port. Prints each sentence, and "listening on tcp://..." when it is ready.',
  flags: [
    { name: 'port', value: 'N', help: `Port to listen on. Default ${DEFAULT_PORT}.` },
    {
      name: 'host',
      value: 'H',
      help: 'Address to listen on. Default 127.0.0.1, which only this machine can reach; 0.0.0.0 is for all networks.',
    },
    {
      name: 'allow',
      value: 'LIST',
      help: 'Addresses and networks that may connect, such as 192.168.1.0/24, with commas. Default: all that reach the port.',
    },
    { name: 'json', help: 'Prints every event as a line of JSON.' },
    { name: 'clients', value: 'N', help: 'How many clients at once, up to 100. Default 10.' },
  ],
  topics: [RECOGNITION_TOPIC, SETTINGS_TOPIC, NETWORK_TOPIC],
  notes: PLACE_NOTES,
  run: runWyoming,
};

/** `flow-asr wyoming`: serves until it is interrupted, or until recognition fails for good. */
async function runWyoming(argv: readonly string[]): Promise<number> {
  const given = readArguments(WYOMING, argv);
  const session = givenSession(given);
  const model = findModel(session.options.model ?? DEFAULT_MODEL);
  const rateHz = session.options.sampleRateHz ?? firstRate(model);
  const host = given.text('host') ?? '127.0.0.1';
  const port = given.whole('port', 1, 65_535) ?? DEFAULT_PORT;
  const source = createSource(
    'wyoming',
    { host, port, allowedSenders: given.text('allow'), maxSenders: given.whole('clients', 1, 100) },
    { rateHz, models: [model.id] },
  );
  const screen = new Screen();
  const report = new LiveReport({ screen, format: 'text', asJson: given.isOn('json'), isPort: false });
  return runLive({
    source,
    rateHz,
    session,
    screen,
    report,
    onListening: () => {
      log(`listening on tcp://${host}:${port}`);
    },
  });
}
