/* global RED, $, window */
// What the dialogs of this module share. Runs in the editor; served by the session node, see asr-session.ts.
window.flowAsr = (function () {
  // Of the models, and the limits: from the runtime, which has the only table of them.
  let capabilities;

  function revalidate() {
    RED.nodes.eachNode(function (node) {
      if (/^asr-(session|append-audio|commit|transcribe)$/.test(node.type)) RED.editor.validateNode(node);
    });
    RED.view.redraw();
  }

  // Asked again by the next dialog after a failure: the login may have been missing.
  function load(callback) {
    if (capabilities) return callback();
    $.getJSON('asr/models', function (answer) {
      capabilities = answer;
      revalidate();
      callback();
    });
  }

  // --- validation. Each check gives true or the reason why not; everything is valid until the bounds are known.

  // A name that is in no list may still be a newer model; the runtime knows the families.
  function modelOf(id) {
    const name = (id || capabilities.defaultModel).trim();
    return capabilities.models.find((model) => model.id === name);
  }

  // What the open dialog of the node says, else what the node says: fields are checked before they are saved.
  function valueOf(node, field) {
    const isEditing = $('#node-input-model').data('asr-node') === node.id;
    return isEditing ? $('#node-input-' + field).val() : node[field];
  }

  function text(node, key, values) {
    return node._def._(node.type + '.' + key, values);
  }

  function checkNumber(node, field, value, range) {
    if (!range || value === '' || value === undefined) return true;
    const number = Number(value);
    if (Number.isFinite(number) && number >= range.min && number <= range.max) return true;
    return text(node, 'invalid.number', {
      label: text(node, 'label.' + field),
      min: range.min,
      max: range.max,
    });
  }

  function checkLimit(node, kind, field, value) {
    return checkNumber(node, field, value, capabilities && capabilities.limits[kind][field]);
  }

  function checkParameter(node, field, value, parameter) {
    const model = capabilities && modelOf(valueOf(node, 'model'));
    if (!model || valueOf(node, 'mode') === 'manual') return true;
    return checkNumber(node, field, value, model.parameters[parameter]);
  }

  function checkMode(node, value) {
    const model = capabilities && modelOf(valueOf(node, 'model'));
    return !model || model.modes.includes(value) || text(node, 'invalid.mode', { model: model.id });
  }

  function checkLanguage(node, value) {
    const model = capabilities && modelOf(valueOf(node, 'model'));
    const asked = (value || '').split(/[\s,]+/).filter((code) => code !== '');
    if (!model || asked.length === 0 || model.maxLanguages === 0) return true;
    if (asked.length <= model.maxLanguages && asked.every((code) => model.languages.includes(code)))
      return true;
    const languages = model.languages.join(', ');
    return text(node, 'invalid.language', { count: model.maxLanguages, languages });
  }

  function checkSession(node, id) {
    if (id && reachableSessions(node).some((session) => session.id === id)) return true;
    return text(node, id ? 'invalid.session-missing' : 'invalid.session-none');
  }

  // --- the recognition settings of a dialog

  function suggest(input, values) {
    const id = input.attr('id') + '-suggestions';
    $('#' + id).remove();
    const list = $('<datalist>', { id }).insertAfter(input);
    for (const value of values) list.append($('<option>', { value }));
    input.attr('list', id);
  }

  function setRates(node, rates) {
    const select = $('#node-input-sampleRate');
    const chosen = String(select.val() || node.sampleRate || '');
    select.empty().append($('<option>', { value: '' }).text(text(node, 'label.default-rate')));
    const all = rates.map(String);
    if (chosen && !all.includes(chosen)) all.push(chosen);
    for (const hz of all) select.append($('<option>', { value: hz }).text(hz + ' Hz'));
    select.val(chosen);
  }

  // Shows what the model has; everything for a model that is not known.
  function showModel(node) {
    const model = modelOf($('#node-input-model').val());
    const isManual = $('#node-input-mode').val() === 'manual';
    setRates(node, model ? model.sampleRatesHz : []);
    suggest($('#node-input-language'), model ? model.languages : []);
    $('.asr-language-row').toggle(!model || model.maxLanguages > 0);
    $('#node-input-mode option').each(function () {
      $(this).prop('disabled', Boolean(model) && !model.modes.includes($(this).val()));
    });
    $('[data-asr-parameter]').each(function () {
      const name = $(this).data('asr-parameter');
      const isOfVad = name === 'vadThreshold' || name === 'silenceMs';
      $(this).toggle((!model || name in model.parameters) && !(isOfVad && isManual));
      const { default: value } = (model && model.parameters[name]) || {};
      if (isOfVad)
        $(this)
          .find('input')
          .attr('placeholder', value === undefined ? '' : value);
    });
  }

  function prepareRecognition(node) {
    $('#node-input-model').data('asr-node', node.id);
    setRates(node, []);
    load(function () {
      const { models, defaultModel, limits } = capabilities;
      suggest(
        $('#node-input-model').attr('placeholder', defaultModel),
        models.map((model) => model.id),
      );
      for (const [field, range] of Object.entries(limits[node.type.slice('asr-'.length)])) {
        $('#node-input-' + field).attr('placeholder', range.default);
      }
      $('#node-input-model, #node-input-mode').on('change', () => showModel(node));
      showModel(node);
    });
  }

  // --- the picker of a session

  // Sessions that a node can reach: those on tabs, and those of its own subflow. The ones inside of other subflows
  // have no id of their own before the flows run.
  function reachableSessions(node) {
    return RED.nodes
      .filterNodes({ type: 'asr-session' })
      .filter((session) => session.z === node.z || RED.nodes.workspace(session.z));
  }

  function flowLabel(id) {
    const flow = RED.nodes.workspace(id) || RED.nodes.subflow(id);
    return flow ? flow.label || flow.name || id : id;
  }

  function sessionLabel(node, session) {
    const label = session.name || text(node, 'picker.unnamed', { id: session.id.slice(0, 6) });
    const isOff = session.d || (RED.nodes.workspace(session.z) || {}).disabled;
    return isOff ? text(node, 'picker.disabled', { label }) : label;
  }

  /*
   * Fills a <select> with the sessions. It must not have the id `node-input-session`: the editor takes what it saves
   * from such a field for a config node, which alone has the list of users that it updates then.
   */
  function prepareSessionPicker(node, select) {
    select.empty().append($('<option>', { value: '' }).text(text(node, 'picker.none')));
    const groups = {};
    const sessions = reachableSessions(node);
    for (const session of sessions) {
      groups[session.z] ??= $('<optgroup>', { label: flowLabel(session.z) }).appendTo(select);
      groups[session.z].append($('<option>', { value: session.id }).text(sessionLabel(node, session)));
    }
    // A reference that leads nowhere today is kept: the session may come back with an import or an undo.
    if (node.session && !sessions.some((session) => session.id === node.session)) {
      const missing = text(node, 'picker.missing', { id: node.session });
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
    pending = setTimeout(revalidate, 50);
  }
  RED.events.on('nodes:add', onNodesChange);
  RED.events.on('nodes:remove', onNodesChange);

  load(() => undefined);
  return {
    checkLanguage,
    checkLimit,
    checkMode,
    checkParameter,
    checkSession,
    pickOnlySession,
    prepareRecognition,
    prepareSessionPicker,
    valueOf,
  };
})();
