import type { IDataObject, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { AsrError, openSession } from '../../../lib';
import { Listening } from '../../../lib/hosts';
import type { ListeningOptions } from '../../../lib/hosts';
import { asNodeFault } from '../shared/errors';
import { announce, hearAlong } from './running-listeners';
import { createReporter } from './reporter';
import type { TriggerSettings } from './settings';
import { TriggerItems } from './trigger-items';
import type { TriggerItemSettings } from './trigger-items';

/**
 * Serves an active workflow: connects now and gives an item for each event, until n8n closes it or nothing more can
 * come.
 */
export async function listenOn(
  context: ITriggerFunctions,
  settings: TriggerSettings,
): Promise<ITriggerResponse> {
  const known = announce(context, settings.source.name);
  const items = new TriggerItems(settings.items, (json) => {
    context.emit([[{ json }]]);
    known.tell(json);
  });
  const { log, badItem } = createReporter(context);
  const listening = new Listening({
    ...listeningOptions(settings, items, log),
    onBadItem: badItem,
    // n8n then closes the trigger, and starts it again after a while.
    onFailure: (error) => {
      known.end();
      items.close();
      context.emitError(asNodeFault(context.getNode(), error));
    },
  });
  try {
    await listening.start();
  } catch (error) {
    known.end();
    items.close();
    throw asNodeFault(context.getNode(), error);
  }
  return {
    closeFunction: () => {
      known.end();
      items.close();
      return listening.close();
    },
  };
}

/**
 * Serves "Execute step" in the editor: waits for the first utterance and closes everything. n8n puts its own `emit`
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
  const items = new TriggerItems(utterancesOf(settings.items), give);
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
    openSession: () => openSession({ ...session, sampleRateHz: rateHz }),
    onEvent: (event, sender) => {
      items.onEvent(event, sender);
      if (event.type === 'warning') log(`${sender}: ${event.message}`);
      if (event.type === 'reconnecting') log(`${sender}: ${event.reason}`);
    },
    onSenderGone: (sender) => {
      items.onSenderGone(sender);
    },
    onWarning: log,
  };
}

/** In the editor, a whole sentence shows more than its first word where both are asked for. */
function utterancesOf(items: TriggerItemSettings): TriggerItemSettings {
  const types = items.types.filter((type) => type !== 'interim');
  return types.length > 0 ? { ...items, types } : items;
}
