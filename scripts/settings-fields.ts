/** Which nodes of the hosts have which field, read from the nodes themselves. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { INodeProperties, INodeTypeDescription } from 'n8n-workflow';
import { AsrSession } from '../nodes/n8n/AsrSession/AsrSession.node.js';
import { AsrTranscribe } from '../nodes/n8n/AsrTranscribe/AsrTranscribe.node.js';
import { AsrTrigger } from '../nodes/n8n/AsrTrigger/AsrTrigger.node.js';
import { RealtimeAsrApi } from '../credentials/n8n/RealtimeAsrApi.credentials';

const ROOT = path.join(__dirname, '..');

/** Name of a node, as its host shows it -> names of its fields -> what the host calls the field, where that is known. */
export type FieldsOfNodes = Readonly<Record<string, ReadonlyMap<string, string>>>;

const NODE_RED_DIALOGS: Readonly<Record<string, string>> = {
  'asr session': 'nodes/node-red/asr-session/asr-session.html',
  transcribe: 'nodes/node-red/asr-transcribe/asr-transcribe.html',
  'wyoming server': 'nodes/node-red/asr-wyoming-server/asr-wyoming-server.html',
  'asr credentials': 'credentials/node-red/asr-credentials.html',
};

/** The `defaults` of each dialog: what the editor stores of a node. */
export function nodeRedFields(): FieldsOfNodes {
  return Object.fromEntries(
    Object.entries(NODE_RED_DIALOGS).map(([node, file]) => {
      const html = readFileSync(path.join(ROOT, file), 'utf8');
      const settings = /\n( +)(?:defaults|credentials): \{\n([\s\S]*?)\n\1\}/g;
      const fields = [...html.matchAll(settings)].flatMap(([, indent = '', body = '']) =>
        [...body.matchAll(new RegExp(`^${indent}  (\\w+):`, 'gm'))].map(([, name = '']) => name),
      );
      return [node, new Map(fields.map((name) => [name, '']))];
    }),
  );
}

/** The trigger's field of this name ends the stream of a device. */
const OTHER_MEANING: Readonly<Record<string, string>> = { 'Live Speech Trigger': 'idleSeconds' };

/** The fields of each node and of the credentials, with those of collections. */
export function n8nFields(): FieldsOfNodes {
  const nodes = [new AsrTranscribe(), new AsrSession(), new AsrTrigger()].map(
    ({ description }): Pick<INodeTypeDescription, 'displayName' | 'properties'> => description,
  );
  return Object.fromEntries(
    [...nodes, new RealtimeAsrApi()].map(({ displayName, properties }) => {
      const names = namesOf(properties);
      names.delete(OTHER_MEANING[displayName] ?? '');
      return [displayName, names];
    }),
  );
}

function namesOf(properties: readonly INodeProperties[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { name, displayName, type, options } of properties) {
    names.set(name, displayName);
    if (type !== 'collection') continue;
    for (const [inner, label] of namesOf(options as INodeProperties[])) names.set(inner, label);
  }
  return names;
}
