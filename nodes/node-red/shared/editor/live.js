/* global RED, $, window, document, setInterval, clearInterval */
// The sidebar tab of the sessions that are open now. It asks the runtime each second while somebody looks at it.
window.flowAsr = window.flowAsr || {};
(function (flowAsr) {
  const TAB = 'flow-asr-live';
  const ASK_EVERY_MS = 1000;

  let timer;
  let content;
  // Session id -> its row. Rows stay where they are while their texts change, so that a focused button is not lost.
  const rows = new Map();

  function live(key, values) {
    return flowAsr.sharedText('live.' + key, values);
  }

  function seconds(ms) {
    return (ms / 1000).toFixed(1);
  }

  // The editor knows what is on tabs; of an instance of a subflow it knows the node in the subflow.
  function editorNode({ nodeId, templateId }) {
    return RED.nodes.node(nodeId) || RED.nodes.node(templateId);
  }

  function placeOf(view) {
    const node = editorNode(view);
    if (!node) return view.nodeId;
    return flowAsr.flowLabel(node.z) + ' / ' + RED.utils.getNodeLabel(node);
  }

  function reveal(view) {
    const node = editorNode(view);
    if (node) RED.view.reveal(node.id);
  }

  function part(row, name, text) {
    row
      .find('.flow-asr-live-' + name)
      .text(text)
      .toggle(text !== '');
  }

  function makeRow(view, session) {
    const row = $('<li>');
    const head = $('<div>', { class: 'flow-asr-live-head' }).appendTo(row);
    $('<strong>', { class: 'flow-asr-live-key' }).appendTo(head);
    $('<span>', { class: 'flow-asr-live-phase' }).appendTo(head);
    const key = session.key || live('no-key');
    $('<button>', {
      type: 'button',
      class: 'red-ui-button red-ui-button-small',
      'aria-label': live('abort-of', { key }),
    })
      .text(live('abort'))
      .on('click', () => abort(session.id))
      .appendTo(head);
    const place = $('<a>', { href: '#', class: 'flow-asr-live-place' }).appendTo(row);
    place.on('click', function (event) {
      event.preventDefault();
      reveal(view);
    });
    for (const name of ['model', 'counts', 'text', 'problem'])
      $('<div>', { class: 'flow-asr-live-' + name }).appendTo(row);
    rows.set(session.id, row);
    return row;
  }

  function showSession(view, session) {
    const row =
      rows.get(session.id) || makeRow(view, session).appendTo(content.find('.flow-asr-live-sessions'));
    const { audioInMs, audioHeldMs, openForMs, reconnects, emotion } = session;
    part(row, 'key', session.key || live('no-key'));
    part(row, 'phase', live('phase.' + session.phase));
    row.find('.flow-asr-live-phase').attr('data-phase', session.phase);
    part(row, 'place', placeOf(view));
    part(row, 'model', view.model);
    const counts = live('counts', {
      open: seconds(openForMs),
      in: seconds(audioInMs),
      held: seconds(audioHeldMs),
    });
    part(row, 'counts', counts + (reconnects > 0 ? ' · ' + live('reconnects', { count: reconnects }) : ''));
    part(row, 'text', session.text + (emotion ? ' (' + emotion + ')' : ''));
    row.find('.flow-asr-live-text').toggleClass('flow-asr-live-interim', !session.isFinal);
    part(row, 'problem', session.problem || '');
  }

  function show({ nodes }) {
    const open = new Set(nodes.flatMap(({ sessions }) => sessions.map(({ id }) => id)));
    for (const [id, row] of rows) {
      if (open.has(id)) continue;
      row.remove();
      rows.delete(id);
    }
    for (const view of nodes) {
      for (const session of view.sessions) showSession(view, session);
    }
    content
      .find('.flow-asr-live-none')
      .toggle(open.size === 0)
      .text(live('none'));
    const failed = nodes.filter(({ failure, sessions }) => failure && sessions.length === 0);
    content.find('.flow-asr-live-failures').empty().append(failed.map(failureRow));
  }

  function failureRow(view) {
    const place = $('<strong>').text(placeOf(view));
    return $('<li>').append(place, $('<div>', { class: 'flow-asr-live-problem' }).text(view.failure.message));
  }

  function ask() {
    if (document.hidden || !content.is(':visible')) return;
    $.getJSON('asr/sessions')
      .done(show)
      .fail((xhr) =>
        content
          .find('.flow-asr-live-none')
          .show()
          .text(live('no-answer', { status: xhr.status })),
      );
  }

  function abort(id) {
    $.ajax({ url: 'asr/sessions/' + id, type: 'DELETE' }).always(ask);
  }

  function addLivePanel() {
    if (content) return;
    content = $('<div>', { class: 'flow-asr-live' });
    content.append($('<p>', { class: 'flow-asr-live-none', role: 'status' }));
    content.append($('<ul>', { class: 'flow-asr-live-sessions', 'aria-label': live('title') }));
    content.append($('<ul>', { class: 'flow-asr-live-failures', 'aria-label': live('failures') }));
    RED.actions.add('flow-asr:show-live-sessions', () => RED.sidebar.show(TAB));
    RED.sidebar.addTab({
      id: TAB,
      label: live('label'),
      name: live('title'),
      iconClass: 'fa fa-microphone',
      content,
      enableOnEdit: true,
      action: 'flow-asr:show-live-sessions',
      onchange: ask,
    });
    timer = setInterval(ask, ASK_EVERY_MS);
  }

  function removeLivePanel() {
    if (!content) return;
    clearInterval(timer);
    RED.sidebar.removeTab(TAB);
    RED.actions.remove('flow-asr:show-live-sessions');
    content = undefined;
    rows.clear();
  }

  Object.assign(flowAsr, { addLivePanel, removeLivePanel });
})(window.flowAsr);
