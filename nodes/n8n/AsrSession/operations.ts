import type { IExecuteFunctions } from 'n8n-workflow';
import { joinTexts } from '../../../lib';
import { captionsFile, captionSettings } from '../shared/captions';
import { readChoice } from '../shared/choice';
import { Fields } from '../shared/fields';
import { asData, pairing } from '../shared/items';
import { readOutput } from '../shared/output';
import { ofItem } from '../shared/parameter-source';
import { sessionItem } from '../shared/session-items';
import type { SessionItems } from '../shared/session-items';
import type { SessionGroup } from '../shared/session-name';
import { dialogueOf, sessionOptions } from '../shared/session-options';
import { heldSession, openHeldSession } from '../shared/session-registry';
import { readLimit } from './limits';

/** The item goes on unchanged, audio included, with the data of the opened session. */
export async function open(
  context: IExecuteFunctions,
  { name: sessionName, items: [itemIndex] }: SessionGroup,
  items: SessionItems,
): Promise<void> {
  const options = await sessionOptions(ofItem(context, itemIndex), 'session');
  const limits = context.getNodeParameter('options', itemIndex, {});
  const held = openHeldSession(context, sessionName, options, {
    unusedMs: readLimit(limits, 'unusedSeconds') * 1000,
    longestMs: readLimit(limits, 'longestMinutes') * 60_000,
  });
  const opened = await held.ready();
  const { json, binary } = context.getInputData()[itemIndex] ?? { json: {} };
  items.interim.push({
    // The item's own data has priority: none of our names may replace it.
    json: { ...asData(opened), sessionName, ...json },
    ...(binary && { binary }),
    pairedItem: { item: itemIndex },
  });
}

/** Items go on unchanged, audio included, so that an Append Audio node may follow. */
export async function updateContext(
  context: IExecuteFunctions,
  { name, items: [itemIndex] }: SessionGroup,
  items: SessionItems,
): Promise<void> {
  const fields = new Fields((field) => context.getNodeParameter(field, itemIndex, ''));
  const turns = dialogueOf(fields);
  const held = heldSession(context, name);
  await held.updateContext(turns);
  const { json, binary } = context.getInputData()[itemIndex] ?? { json: {} };
  items.interim.push({
    json: {
      ...asData({ type: 'context', sessionName: name, sessionId: held.sessionId, turns: turns.length }),
      ...json,
    },
    ...(binary && { binary }),
    pairedItem: { item: itemIndex },
  });
}

export async function finish(
  context: IExecuteFunctions,
  { name, items: group }: SessionGroup,
  items: SessionItems,
): Promise<void> {
  const itemPer: unknown = context.getNodeParameter('itemPer', group[0], 'sentence');
  const isWhole = readChoice('itemPer', itemPer, ['sentence', 'session']) === 'session';
  const captions = captionSettings(context, group[0]);
  const output = readOutput(context, group[0]);
  const held = heldSession(context, name);
  const statistics = await held.finish();
  const drained = held.drain();
  const paired = pairing(group);
  const { sessionId, finals: sentences } = held;
  const binary = await captionsFile(context, sentences, captions, name);
  items.addDrained(name, isWhole ? { ...drained, finals: [] } : drained, paired);
  if (isWhole) {
    const text = joinTexts(sentences.map((sentence) => sentence.text));
    items.final.push(sessionItem(name, { type: 'finished', sessionId, text, sentences, statistics }, paired));
  } else {
    items.addEmptyFinal(name, drained, sessionId, paired);
    const last = items.final.at(-1);
    if (last) last.json.statistics = asData(statistics);
  }
  if (output === 'text') items.keepText();
  items.attach(binary);
}

export function abort(
  context: IExecuteFunctions,
  { name, items: group }: SessionGroup,
  items: SessionItems,
): void {
  const held = heldSession(context, name);
  held.end('it was aborted');
  const paired = pairing(group);
  items.addDrained(name, held.drain(), paired);
  items.final.push(sessionItem(name, { type: 'finished', sessionId: held.sessionId, aborted: true }, paired));
}
