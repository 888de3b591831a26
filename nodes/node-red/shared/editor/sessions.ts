// The picker of a session, for the nodes that refer to one.
import type { Verdict } from './numbers';
import { flowLabel, nodesOfType, ownText, textIn, workspaceOf } from './red';
import type { EditorNode } from './red';

/** Several nodes come and go at once, as with an import or a deleted tab. */
const CHECK_AFTER_MS = 50;

/**
 * Sessions that a node can use: those on tabs, and those of its own subflow. Sessions within other subflows have no
 * id of their own before the flows run.
 */
function reachableSessions(node: EditorNode): EditorNode[] {
  return nodesOfType('asr-session').filter(
    (session) => session.z === node.z || workspaceOf(session.z) !== undefined,
  );
}

export function checkSession(node: EditorNode, id: string | undefined): Verdict {
  if (id && reachableSessions(node).some((session) => session.id === id)) return true;
  return ownText(node, id ? 'invalid.session-missing' : 'invalid.session-none');
}

function sessionLabel(node: EditorNode, session: EditorNode): string {
  const label = session.name || ownText(node, 'picker.unnamed', { id: session.id.slice(0, 6) });
  const isOff = session.d === true || workspaceOf(session.z)?.disabled === true;
  return isOff ? ownText(node, 'picker.disabled', { label }) : label;
}

/**
 * Fills a <select> with the sessions. It must not have the id `node-input-session`: the editor takes the value of
 * such a field for a config node, which alone has the list of users that it then updates.
 */
export function prepareSessionPicker(node: EditorNode, select: JQuery): void {
  select.empty().append($('<option>', { value: '' }).text(ownText(node, 'picker.none')));
  const groups = new Map<string, JQuery>();
  const sessions = reachableSessions(node);
  for (const session of sessions) {
    const group = groups.get(session.z) ?? $('<optgroup>', { label: flowLabel(session.z) }).appendTo(select);
    groups.set(session.z, group);
    group.append($('<option>', { value: session.id }).text(sessionLabel(node, session)));
  }
  // A broken reference is kept, because the session may come back with an import or an undo.
  if (node.session && !sessions.some((session) => session.id === node.session)) {
    const missing = ownText(node, 'picker.missing', { id: node.session });
    select.append($('<option>', { value: node.session }).text(missing));
  }
  const showValidity = (): void => {
    select.toggleClass('input-error', checkSession(node, textIn(select)) !== true);
  };
  select.val(node.session ?? '').on('change', showValidity);
  showValidity();
}

/** The only session of the flow is the default. */
export function pickOnlySession(node: EditorNode): void {
  const [first, second] = nodesOfType('asr-session').filter((session) => session.z === node.z);
  if (!node.session && first && !second) node.session = first.id;
}

/** A node that refers to a session is only valid if that exists, so it is checked when sessions come and go. */
export function watchSessions(): void {
  let pending: number | undefined;
  const onNodesChange = ({ type }: EditorNode): void => {
    if (type !== 'asr-session') return;
    window.clearTimeout(pending);
    pending = window.setTimeout(checkAgain, CHECK_AFTER_MS);
  };
  RED.events.on('nodes:add', onNodesChange);
  RED.events.on('nodes:remove', onNodesChange);
}

function checkAgain(): void {
  for (const type of ['asr-append-audio', 'asr-commit']) {
    for (const node of nodesOfType(type)) RED.editor.validateNode(node);
  }
  RED.view.redraw();
}
