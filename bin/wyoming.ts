import { DEFAULT_MODEL, findModel, openSession } from '../lib';
import type { AsrError } from '../lib';
import { configure, createSource, firstRate, Listening } from '../lib/hosts';
import { readArguments } from './cli/arguments';
import type { Command } from './cli/command';
import { exitCodeOf } from './cli/exit-codes';
import { aborted, Interrupt } from './cli/interrupt';
import { complain, failureText, log } from './cli/output';
import { Screen } from './cli/screen';
import { NETWORK_TOPIC, RECOGNITION_TOPIC } from './flags/recognition';
import { givenSession } from './flags/session';
import { SETTINGS_TOPIC } from './flags/settings';
import { findService, PLACE_NOTES } from './place';

const DEFAULT_PORT = 10_300;
const FINISH_WITHIN_MS = 5000;

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
  using interrupt = new Interrupt();
  const failing = new AbortController();
  try {
    await using place = await findService(session.place, interrupt.finishing, screen);
    const options = { ...session.options, ...place.options, sampleRateHz: rateHz };
    configure(options);
    const listening = new Listening({
      source,
      rateHz,
      openSession: (wishes) => openSession({ ...options, ...wishes }),
      onEvent: (event) => {
        if (event.type === 'final' && event.text !== '') screen.print(`${event.text}\n`);
        if (event.type === 'warning') log(event.message);
      },
      onSenderGone: () => undefined,
      onBadItem: (error) => {
        log(error.message);
      },
      onFailure: (error) => {
        failing.abort(error);
      },
      onWarning: log,
    });
    try {
      const over = AbortSignal.any([interrupt.finishing, failing.signal]);
      await Promise.race([listening.start(), aborted(over)]);
      if (!over.aborted) {
        log(`listening on tcp://${host}:${port}`);
        await aborted(over);
      }
    } finally {
      await listening.finish(FINISH_WITHIN_MS);
    }
    if (!failing.signal.aborted) return interrupt.exitCode ?? 0;
    const error = failing.signal.reason as AsrError;
    complain(failureText(error));
    return exitCodeOf(error);
  } catch (error) {
    if (interrupt.exitCode === undefined) throw error;
    return interrupt.exitCode;
  } finally {
    screen.clear();
    await session.trace?.close();
  }
}
