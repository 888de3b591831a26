/* global RED, $, window */
// What the dialogs of this module know of the models, and their checks. All files of this folder run in the editor, in
// any order, and put what the dialogs call into `flowAsr`.
window.flowAsr = window.flowAsr || {};
(function (flowAsr) {
  const VARIABLE = /^\$[({][^)}]+[)}]$/;

  // The models and the limits come from the runtime, which has the only table of them.
  let capabilities;
  // Name -> model, `null` for one that the runtime does not know, `undefined` until it has answered.
  const models = new Map();

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
      for (const model of answer.models) models.set(model.id, model);
      revalidate();
      callback();
    });
  }

  function nameOf(id) {
    return (id || '').trim() || capabilities.defaultModel;
  }

  function modelOf(id) {
    return capabilities && models.get(nameOf(id));
  }

  // There is nothing to ask of it: it has been asked, or only the running flow will know which model it is.
  function isSettled(name) {
    return models.has(name) || VARIABLE.test(name);
  }

  // A name that is not in the list may be a newer model; the runtime knows the families.
  function ask(id, callback) {
    const name = nameOf(id);
    if (isSettled(name)) return callback();
    models.set(name, undefined);
    $.getJSON('asr/models/' + encodeURIComponent(name))
      .done((model) => models.set(name, model))
      .fail(function (xhr) {
        if (xhr.status === 404) models.set(name, null);
      })
      .always(callback);
  }

  // --- checks. Each gives true or the reason why not; everything is valid until the bounds are known.

  function isEditing(node) {
    return $('#node-input-model').data('asr-node') === node.id;
  }

  // What the open dialog of the node says, else what the node says: fields are checked before they are saved.
  function valueOf(node, field) {
    return isEditing(node) ? $('#node-input-' + field).val() : node[field];
  }

  function modelFor(node) {
    const id = valueOf(node, 'model');
    // Not with each letter that is typed.
    if (capabilities && !isEditing(node) && !isSettled(nameOf(id))) ask(id, revalidate);
    return modelOf(id);
  }

  function text(node, key, values) {
    return node._def._(node.type + '.' + key, values);
  }

  function isInRange(value, { min, max }) {
    return Number.isFinite(Number(value)) && Number(value) >= min && Number(value) <= max;
  }

  function checkLimit(node, kind, field, value) {
    const range = capabilities && capabilities.limits[kind][field];
    if (!range || value === '' || value === undefined || VARIABLE.test(value) || isInRange(value, range))
      return true;
    const { min, max } = range;
    return text(node, 'invalid.number', { label: text(node, 'label.' + field), min, max });
  }

  function checkModel(node, value) {
    return modelFor(node) !== null || flowAsr.sharedText('invalid.model', { model: nameOf(value) });
  }

  function checkLanguage(node, value) {
    const model = modelFor(node);
    const asked = (value || '').split(/[\s,]+/).filter((code) => code !== '');
    if (!model || asked.length === 0 || model.maxLanguages === 0 || VARIABLE.test(value)) return true;
    if (asked.length <= model.maxLanguages && asked.every((code) => model.languages.includes(code)))
      return true;
    const languages = model.languages.join(', ');
    return flowAsr.sharedText('invalid.language', { count: model.maxLanguages, languages });
  }

  function checkRate(node, value) {
    const model = modelFor(node);
    if (!model || !value || model.sampleRatesHz.includes(Number(value))) return true;
    const rates = model.sampleRatesHz.join(', ');
    return flowAsr.sharedText('invalid.rate', { model: model.id, rates });
  }

  // Only samples can be left out in the middle; of a file that goes out as it is, the rest would be no audio.
  function checkOverload(node, value) {
    const isCut = value !== 'dropOldest' || !valueOf(node, 'wireFormat');
    return isCut || flowAsr.sharedText('invalid.overload');
  }

  function checkParameters(node, values) {
    const model = modelFor(node);
    if (!model) return true;
    const specs = parametersOf(model, node.mode);
    const faults = Object.entries(values || {}).map(function ([name, value]) {
      if (!(name in specs)) return flowAsr.sharedText('invalid.parameter', { name, model: model.id });
      return flowAsr.parameterFault(name, specs[name], value);
    });
    return faults.find((fault) => fault !== undefined) || true;
  }

  // What can be set: for a model that only the runtime will know, whatever any model has.
  function parametersOf(model, mode) {
    const all = model
      ? model.parameters
      : Object.assign({}, ...capabilities.models.map((one) => one.parameters).reverse());
    const isManual = mode === 'manual' && model && model.modes.includes('manual');
    const hidden = isManual ? capabilities.vadParameters : [];
    return Object.fromEntries(Object.entries(all).filter(([name]) => !hidden.includes(name)));
  }

  // Screen readers are to find the label of its row at a typed input too: the field that the label is for is hidden.
  function labelTypedInputs() {
    $('.asr-form .red-ui-typedInput-container').each(function () {
      const label = $(this).closest('.form-row').children('label').uniqueId();
      // The button that opens a larger editor has a picture alone.
      $(this).find('input, .red-ui-typedInput-option-expand').attr('aria-labelledby', label.attr('id'));
    });
  }

  // What a node without a name is called: the model, and who ends a sentence, as far as they are not the usual ones. From
  // the node alone: a label that grows when the runtime has answered moves the node, and the next deploy keeps that.
  function recognitionLabel(node) {
    if (node.name) return node.name;
    const mode = node.mode === 'manual' ? ', ' + flowAsr.sharedText('live.manual') : '';
    return (node.model || node._(node.type + '.palette-label')) + mode;
  }

  Object.assign(flowAsr, {
    VARIABLE,
    askModel: ask,
    capabilities: () => capabilities,
    checkLanguage,
    checkLimit,
    checkModel,
    checkOverload,
    checkParameters,
    checkRate,
    isInRange,
    labelTypedInputs,
    load,
    modelOf,
    parametersOf,
    recognitionLabel,
    revalidate,
    // Texts that both dialogs use are the session node's.
    sharedText: (key, values) => RED.nodes.getType('asr-session')._('asr-session.' + key, values),
    text,
    valueOf,
  });
  load(() => undefined);
})(window.flowAsr);
