import type { IDataObject, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { AsrError, openSession } from '../../../lib';
import { Lasting, Listening } from '../../../lib/hosts';
import type { ListeningOptions } from '../../../lib/hosts';
import { asNodeFault } from '../shared/errors';
import { LastExecutions } from './last-executions';
import { announce, hearAlong } from './running-listeners';
import { createReporter } from './reporter';
import type { TriggerSettings } from './settings';
import { TriggerItems } from './trigger-items';
import type { TriggerItemSettings } from './trigger-items';

/** Activations without a person: n8n was started, or another of its processes took over. */
const RESTARTS: readonly string[] = ['init', 'leadershipChange'];
/** Time for the text of the present sentence; n8n ends its processes 30 s after it was asked to. */
const FINISH_WITHIN_MS = 5000;

function isRestart(context: ITriggerFunctions): boolean {
  return RESTARTS.includes(context.getActivationMode());
}

/** Serves an active workflow: connects now, gives an item for each event, and goes on until n8n closes it. */
export async function listenOn(
  context: ITriggerFunctions,
  settings: TriggerSettings,
): Promise<ITriggerResponse> {
  const executions = new LastExecutions(context);
  const known = announce(context, settings.source.name);
  const items = new TriggerItems(settings.items, (json) => {
    context.emit([[{ json }]], undefined, executions.next());
    known.tell(json);
  });
  const { log, badItem, failed } = createReporter(context);
  // n8n itself gives up after five attempts within 15 seconds, and still shows the workflow as active.
  const listening = new Lasting({
    make: (onFailure) =>
      new Listening({ ...listeningOptions(settings, items, log), onBadItem: badItem, onFailure }),
    onOutage: failed,
    onWarning: log,
  });
  try {
    // A person who activates it gets an error at once. After a restart nobody is there, and the network may come
    // later.
    if (isRestart(context)) listening.startInBackground();
    else await listening.start();
  } catch (error) {
    known.end();
    items.close();
    throw asNodeFault(context.getNode(), error);
  }
  return {
    closeFunction: async () => {
      known.end();
      executions.watch();
      await listening.stop((current) => current.finish(FINISH_WITHIN_MS));
      items.close();
      await executions.ended(FINISH_WITHIN_MS);
    },
  };
}

/**
 * Serves "Execute step" in the editor: waits for the first sentence and closes everything. n8n puts its own `emit`
 * in place only after `trigger()` has returned, and waits for this function before it looks at what was emitted. An
 * `emitError` before that would be an unhandled rejection, so errors are thrown.
 */
export function listenForOne(context: ITriggerFunctions, settings: TriggerSettings): ITriggerResponse {
  let onFirst: () => void = () => undefined;
  let onFailure: (error: Error) => void = () => undefined;
  const first = new Promise<void>((resolve, reject) => {
    onFirst = resolve;
    onFailure = reject;
  });
  first.catch(() => undefined);
  const give = (json: IDataObject): void => {
    items.close();
    context.emit([[{ json }]]);
    onFirst();
  };
  const items = new TriggerItems(sentencesOf(settings.items), give);
  const isPort = settings.source.kind === 'port';
  const stopHearing = isPort ? hearAlong(context, settings.source.name, give) : undefined;
  const { log } = createReporter(context);
  const listening = new Listening({
    ...listeningOptions(settings, items, log),
    onBadItem: onFailure,
    onFailure,
  });
  const close = (): Promise<void> => {
    items.close();
    stopHearing?.();
    // n8n tells a stopped test from a failed one by the word "canceled".
    onFailure(new AsrError('ABORTED', 'Listening was canceled.'));
    return listening.close();
  };
  return {
    manualTriggerFunction: async () => {
      try {
        // A port can be opened only once.
        if (!stopHearing) await listening.start();
        await first;
      } catch (error) {
        throw asNodeFault(context.getNode(), error);
      } finally {
        await close();
      }
    },
    closeFunction: close,
  };
}

/** The options that active workflows and the editor share. */
function listeningOptions(
  { source, session, rateHz }: TriggerSettings,
  items: TriggerItems,
  log: (message: string) => void,
): Omit<ListeningOptions, 'onBadItem' | 'onFailure'> {
  return {
    source,
    rateHz,
    openSession: (wishes) => openSession({ ...session, ...wishes, sampleRateHz: rateHz }),
    onEvent: (event, sender) => {
      items.onEvent(event, sender);
      if (event.type === 'warning') log(`${sender}: ${event.message}`);
    },
    onSender: (sender, details) => {
      items.onSender(sender, details);
    },
    onSenderGone: (sender) => {
      items.onSenderGone(sender);
    },
    onWarning: log,
  };
}

/** In the editor, a whole sentence shows more than its first word or a count of it where all are asked for. */
function sentencesOf(items: TriggerItemSettings): TriggerItemSettings {
  const types = items.types.filter((type) => type !== 'interim' && type !== 'statistics');
  return types.length > 0 ? { ...items, types } : items;
}
