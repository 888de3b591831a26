// The sidebar tab of the open sessions. It asks the runtime each second while somebody looks at it.
import type { SessionView } from '../../asr-session/live-session';
import type { NodeView } from '../../asr-session/live-panel';
import { flowLabel, nodeOf, sharedText } from './red';
import type { EditorNode } from './red';

const TAB = 'flow-asr-live';
const SHOW_TAB = 'flow-asr:show-live-sessions';
const ASK_EVERY_MS = 1000;

let timer: number | undefined;
let content: JQuery | undefined;
/** Session id -> its row. Rows are kept while their texts change, so that a focused button is not lost. */
const rows = new Map<string, JQuery>();

export function addLivePanel(): void {
  if (content) return;
  const panel = $('<div>', { class: 'flow-asr-live' });
  panel.append($('<p>', { class: 'flow-asr-live-none', role: 'status' }));
  panel.append($('<ul>', { class: 'flow-asr-live-sessions', 'aria-label': live('title') }));
  panel.append($('<ul>', { class: 'flow-asr-live-failures', 'aria-label': live('failures') }));
  content = panel;
  RED.actions.add(SHOW_TAB, () => {
    RED.sidebar.show(TAB);
  });
  const tab = {
    id: TAB,
    label: live('label'),
    name: live('title'),
    iconClass: 'fa fa-microphone',
    content: panel as unknown as HTMLElement,
    enableOnEdit: true,
    action: SHOW_TAB,
    // Not in the editor's types.
    onchange: ask,
  };
  RED.sidebar.addTab(tab);
  timer = window.setInterval(ask, ASK_EVERY_MS);
}

export function removeLivePanel(): void {
  if (!content) return;
  window.clearInterval(timer);
  RED.sidebar.removeTab(TAB);
  RED.actions.remove(SHOW_TAB);
  content = undefined;
  rows.clear();
}

function ask(): void {
  const panel = content;
  if (document.hidden || !panel?.is(':visible')) return;
  $.getJSON('asr/sessions')
    .done((answer: { nodes: NodeView[] }) => {
      show(panel, answer.nodes);
    })
    .fail(({ status }) => {
      panel.find('.flow-asr-live-none').show().text(live('no-answer', { status }));
    });
}

function abort(id: string): void {
  $.ajax({ url: `asr/sessions/${id}`, type: 'DELETE' }).always(ask);
}

function show(panel: JQuery, nodes: NodeView[]): void {
  const open = new Set(nodes.flatMap(({ sessions }) => sessions.map(({ id }) => id)));
  for (const [id, row] of rows) {
    if (open.has(id)) continue;
    row.remove();
    rows.delete(id);
  }
  for (const node of nodes) {
    for (const session of node.sessions) showSession(panel, node, session);
  }
  panel
    .find('.flow-asr-live-none')
    .toggle(open.size === 0)
    .text(live('none'));
  const failures = nodes
    .filter(({ sessions }) => sessions.length === 0)
    .flatMap((node) => (node.failure ? [failureRow(node, node.failure.message)] : []));
  panel.find('.flow-asr-live-failures').empty().append(failures);
}

function showSession(panel: JQuery, node: NodeView, session: SessionView): void {
  const row = rows.get(session.id) ?? makeRow(node, session).appendTo(panel.find('.flow-asr-live-sessions'));
  const { audioInMs, audioHeldMs, openForMs, reconnects, emotion } = session;
  const counts = live('counts', {
    open: seconds(openForMs),
    in: seconds(audioInMs),
    held: seconds(audioHeldMs),
  });
  const parts = {
    key: session.key || live('no-key'),
    phase: live(`phase.${session.phase}`),
    place: placeOf(node),
    model: node.model,
    counts: reconnects > 0 ? `${counts} · ${live('reconnects', { count: reconnects })}` : counts,
    text: emotion ? `${session.text} (${emotion})` : session.text,
    problem: session.problem ?? '',
  };
  for (const [name, text] of Object.entries(parts)) {
    row
      .find(`.flow-asr-live-${name}`)
      .text(text)
      .toggle(text !== '');
  }
  row.find('.flow-asr-live-phase').attr('data-phase', session.phase);
  row.find('.flow-asr-live-text').toggleClass('flow-asr-live-interim', !session.isFinal);
}

function makeRow(node: NodeView, session: SessionView): JQuery {
  const row = $('<li>');
  const head = $('<div>', { class: 'flow-asr-live-head' }).appendTo(row);
  $('<strong>', { class: 'flow-asr-live-key' }).appendTo(head);
  $('<span>', { class: 'flow-asr-live-phase' }).appendTo(head);
  $('<button>', {
    type: 'button',
    class: 'red-ui-button red-ui-button-small',
    'aria-label': live('abort-of', { key: session.key || live('no-key') }),
  })
    .text(live('abort'))
    .on('click', () => {
      abort(session.id);
    })
    .appendTo(head);
  const place = $('<a>', { href: '#', class: 'flow-asr-live-place' }).appendTo(row);
  place.on('click', (event) => {
    event.preventDefault();
    const known = editorNode(node);
    if (known) RED.view.reveal(known.id);
  });
  for (const name of ['model', 'counts', 'text', 'problem'])
    $('<div>', { class: `flow-asr-live-${name}` }).appendTo(row);
  rows.set(session.id, row);
  return row;
}

function failureRow(node: NodeView, message: string): JQuery {
  const place = $('<strong>').text(placeOf(node));
  return $('<li>').append(place, $('<div>', { class: 'flow-asr-live-problem' }).text(message));
}

function placeOf(node: NodeView): string {
  const known = editorNode(node);
  if (!known) return node.nodeId;
  const label = RED.utils.getNodeLabel(known as unknown as Parameters<typeof RED.utils.getNodeLabel>[0]);
  return `${flowLabel(known.z)} / ${label}`;
}

/** The editor knows nodes on tabs; for an instance of a subflow it only knows the node in the subflow. */
function editorNode({ nodeId, templateId }: NodeView): EditorNode | undefined {
  return nodeOf(nodeId) ?? nodeOf(templateId);
}

function live(key: string, values?: Record<string, string | number>): string {
  return sharedText(`live.${key}`, values);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
