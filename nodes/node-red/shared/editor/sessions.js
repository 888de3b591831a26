/* global RED, $, window */
// The picker of a session, for the nodes that point at one.
window.flowAsr = window.flowAsr || {};
(function (flowAsr) {
  // Sessions that a node can reach: those on tabs, and those of its own subflow. The ones inside of other subflows
  // have no id of their own before the flows run.
  function reachableSessions(node) {
    return RED.nodes
      .filterNodes({ type: 'asr-session' })
      .filter((session) => session.z === node.z || RED.nodes.workspace(session.z));
  }

  function checkSession(node, id) {
    if (id && reachableSessions(node).some((session) => session.id === id)) return true;
    return flowAsr.text(node, id ? 'invalid.session-missing' : 'invalid.session-none');
  }

  function flowLabel(id) {
    const flow = RED.nodes.workspace(id) || RED.nodes.subflow(id);
    return flow ? flow.label || flow.name || id : id;
  }

  function sessionLabel(node, session) {
    const label = session.name || flowAsr.text(node, 'picker.unnamed', { id: session.id.slice(0, 6) });
    const isOff = session.d || (RED.nodes.workspace(session.z) || {}).disabled;
    return isOff ? flowAsr.text(node, 'picker.disabled', { label }) : label;
  }

  /*
   * Fills a <select> with the sessions. It must not have the id `node-input-session`: the editor takes what it saves
   * from such a field for a config node, which alone has the list of users that it updates then.
   */
  function prepareSessionPicker(node, select) {
    select.empty().append($('<option>', { value: '' }).text(flowAsr.text(node, 'picker.none')));
    const groups = {};
    const sessions = reachableSessions(node);
    for (const session of sessions) {
      groups[session.z] ??= $('<optgroup>', { label: flowLabel(session.z) }).appendTo(select);
      groups[session.z].append($('<option>', { value: session.id }).text(sessionLabel(node, session)));
    }
    // A reference that leads nowhere today is kept: the session may come back with an import or an undo.
    if (node.session && !sessions.some((session) => session.id === node.session)) {
      const missing = flowAsr.text(node, 'picker.missing', { id: node.session });
      select.append($('<option>', { value: node.session }).text(missing));
    }
    const showValidity = () => select.toggleClass('input-error', checkSession(node, select.val()) !== true);
    select.val(node.session || '').on('change', showValidity);
    showValidity();
  }

  // The only session of the flow is the one that is meant.
  function pickOnlySession(node) {
    const sessions = RED.nodes.filterNodes({ type: 'asr-session', z: node.z });
    if (!node.session && sessions.length === 1) node.session = sessions[0].id;
  }

  // A node that points at a session is as valid as the session is there.
  let pending;
  function onNodesChange(node) {
    if (node.type !== 'asr-session') return;
    clearTimeout(pending);
    pending = setTimeout(flowAsr.revalidate, 50);
  }
  RED.events.on('nodes:add', onNodesChange);
  RED.events.on('nodes:remove', onNodesChange);

  Object.assign(flowAsr, { checkSession, flowLabel, pickOnlySession, prepareSessionPicker });
})(window.flowAsr);
