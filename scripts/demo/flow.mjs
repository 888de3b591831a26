// The flows in the demo's editor: shipped examples that point at the local service and the recording.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../project.mjs';

const EXAMPLES = ['Recording to text', 'Microphone to captions'];

/** The port of `asr credentials` with the region `local` and an empty address. */
const DEFAULT_SERVICE_PORT = 8791;

/**
 * Writes the flow file, unless the user has changed the flow in the editor. Then only the values that this start
 * decides are set: the service's address, and the model if one was asked for.
 * @returns The ids of the inject nodes that play the recording and finish the session; the latter may have been
 * deleted.
 */
export function prepareFlow({ userFolder, servicePort, recording, model }) {
  const flowFile = path.join(userFolder, 'flows.json');
  const writtenFile = path.join(userFolder, 'flows.written.json');
  const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
  const isTheUsers = read(flowFile) !== undefined && read(flowFile) !== read(writtenFile);

  const flow = isTheUsers ? JSON.parse(readFileSync(flowFile, 'utf8')) : EXAMPLES.flatMap(readExample);
  const address = servicePort === DEFAULT_SERVICE_PORT ? '' : `ws://127.0.0.1:${servicePort}`;
  for (const node of flow) {
    if (node.type === 'asr-credentials' && node.region === 'local') node.address = address;
    if (node.type === 'asr-session' && model) node.model = model;
  }
  const player = findPlayer(flow);
  if (!isTheUsers) player.payload = recording;
  const text = `${JSON.stringify(flow, null, 4)}\n`;
  writeFileSync(flowFile, text);
  if (!isTheUsers) writeFileSync(writtenFile, text);
  return { play: player.id, finish: findFinisher(flow)?.id };
}

function readExample(name) {
  return JSON.parse(readFileSync(path.join(root, 'examples', `${name}.json`), 'utf8'));
}

/** The inject node before an `append audio` node that plays in real time. */
function findPlayer(flow) {
  const byId = new Map(flow.map((node) => [node.id, node]));
  const leadsToAppend = (node, seen = new Set()) => {
    if (!node || seen.has(node)) return false;
    seen.add(node);
    if (node.type === 'asr-append-audio' && node.pace === 'realtime') return true;
    return (node.wires ?? []).flat().some((id) => leadsToAppend(byId.get(id), seen));
  };
  const player = flow.find((node) => node.type === 'inject' && leadsToAppend(node));
  if (player) return player;
  throw new Error(
    'The flow has no inject node that plays a recording through "append audio" in real time any more. ' +
      'Remove the folder .node-red to start with the example again.',
  );
}

function findFinisher(flow) {
  return flow.find(
    (node) => node.type === 'inject' && node.props?.some(({ p, v }) => p === 'action' && v === 'finish'),
  );
}
