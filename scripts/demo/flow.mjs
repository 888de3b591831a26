// The flow that the demo's editor shows: the shipped example, pointed at the local service and the recording.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../project.mjs';

const EXAMPLE = path.join(root, 'examples', 'Recording to text.json');

/** Where `asr credentials` of the region `local` look when their address is empty. */
const DEFAULT_SERVICE_PORT = 8791;

/**
 * Writes the flow file, unless the user has changed the flow in the editor: then only what this start decides is set
 * in it, the service's address and the model if one is asked for.
 * @returns The id of the inject node that plays the recording.
 */
export function prepareFlow({ userFolder, servicePort, recording, model }) {
  const flowFile = path.join(userFolder, 'flows.json');
  const writtenFile = path.join(userFolder, 'flows.written.json');
  const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
  const isTheUsers = read(flowFile) !== undefined && read(flowFile) !== read(writtenFile);

  const flow = JSON.parse(readFileSync(isTheUsers ? flowFile : EXAMPLE, 'utf8'));
  const address = servicePort === DEFAULT_SERVICE_PORT ? '' : `ws://127.0.0.1:${servicePort}`;
  for (const node of flow) {
    if (node.type === 'asr-credentials' && node.region === 'local') node.address = address;
    if (node.type === 'asr-session' && model) node.model = model;
  }
  const player = findPlayer(flow);
  if (!isTheUsers) setRecording(player, recording);
  const text = `${JSON.stringify(flow, null, 4)}\n`;
  writeFileSync(flowFile, text);
  if (!isTheUsers) writeFileSync(writtenFile, text);
  return player.id;
}

/** The inject node that leads to an `append audio` node that plays in real time. */
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

function setRecording(player, recording) {
  player.props = [{ p: 'payload' }];
  player.payload = recording;
  player.payloadType = 'str';
}
