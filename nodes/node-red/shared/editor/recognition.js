/* global RED, $, window */
// The part of a dialog that says how speech is recognised: the model, and what this model has.
window.flowAsr = window.flowAsr || {};
(function (flowAsr) {
  // Of the open dialog.
  let node;
  let parameters;
  // What the rows were made for: they are not made again for nothing, or the field would go that was just clicked.
  let shown;

  function field(name) {
    return $('#node-input-' + name);
  }

  function suggest(input, values) {
    const id = input.attr('id') + '-suggestions';
    $('#' + id).remove();
    const list = $('<datalist>', { id }).insertAfter(input);
    for (const value of values) list.append($('<option>', { value }));
    input.attr('list', id);
  }

  // What is chosen stays, also where the model does not have it: then it is shown as wrong.
  function fill(select, options, stored) {
    const isFilled = select.children().length > 0;
    const chosen = String((isFilled ? select.val() : stored) || '');
    const all = options.some(({ value }) => value === chosen)
      ? options
      : [...options, { value: chosen, label: chosen }];
    select.empty();
    for (const { value, label } of all) select.append($('<option>', { value }).text(label));
    select.val(chosen).trigger('change');
  }

  function showRates(model) {
    const rates = model ? model.sampleRatesHz : [];
    const byDefault = { value: '', label: flowAsr.sharedText('label.default-rate') };
    const options = rates.map((hz) => ({ value: String(hz), label: hz + ' Hz' }));
    fill(field('sampleRate'), [byDefault, ...options], node.sampleRate);
  }

  function showFormats(model) {
    const formats = (model ? model.formats : []).filter((format) => format !== 'pcm');
    const understood = { value: '', label: flowAsr.sharedText('label.format-understood') };
    const asIs = formats.map((format) => ({
      value: format,
      label: flowAsr.sharedText('label.format-as-is', { format }),
    }));
    fill(field('wireFormat'), [understood, ...asIs], node.wireFormat);
    $('.asr-format-row').toggle(!model || formats.length > 0);
  }

  // --- languages

  function languageLabel(code) {
    try {
      const names = new Intl.DisplayNames([RED.i18n.lang()], { type: 'language' });
      return names.of(code) + ' (' + code + ')';
    } catch {
      return code;
    }
  }

  // The node keeps the codes as text, so that they may come from a variable; this helps to write it.
  function showLanguages(model) {
    $('.asr-language-row').toggle(!model || model.maxLanguages > 0);
    const stored = field('language').hide().val();
    const picker = $('<input>', { type: 'text', style: 'width: 100%' });
    $('.asr-language-picker').empty().append(picker);
    const codes = stored.split(/[\s,]+/).filter((code) => code !== '');
    const isListed = model && codes.every((code) => model.languages.includes(code));
    const types = [
      { value: 'auto', label: flowAsr.sharedText('label.language-auto'), hasValue: false },
      {
        value: 'list',
        label: flowAsr.sharedText('label.language-list'),
        multiple: Boolean(model) && model.maxLanguages > 1,
        options: model ? model.languages.map((code) => ({ value: code, label: languageLabel(code) })) : [],
      },
      { value: 'text', label: flowAsr.sharedText('label.language-codes'), icon: 'fa fa-pencil' },
    ];
    const type = codes.length === 0 ? 'auto' : isListed ? 'list' : 'text';
    picker.typedInput({ default: type, types: model ? types : [types[0], types[2]] });
    picker.typedInput('type', type);
    picker.typedInput('value', codes.join(','));
    picker.on('change', function () {
      const isAuto = picker.typedInput('type') === 'auto';
      field('language')
        .val(isAuto ? '' : picker.typedInput('value'))
        .trigger('change');
      showFault();
    });
    const showFault = () => {
      const isWrong = flowAsr.checkLanguage(node, field('language').val()) !== true;
      picker.next('.red-ui-typedInput-container').toggleClass('input-error', isWrong);
    };
    showFault();
    const most = model && model.maxLanguages > 1;
    $('.asr-language-hint')
      .toggle(Boolean(most))
      .text(most ? flowAsr.sharedText('label.language-most', { count: model.maxLanguages }) : '');
  }

  // --- the model

  function isRegionWrong(model) {
    const { region } = RED.nodes.node(field('connection').val()) || {};
    const cloud = flowAsr.capabilities().models.flatMap(({ regions }) => regions);
    return Boolean(model) && cloud.includes(region) && !model.regions.includes(region);
  }

  function noteOn(model, id) {
    if (model === null) return flowAsr.sharedText('invalid.model', { model: id });
    if (flowAsr.VARIABLE.test(id)) return flowAsr.sharedText('note.variable');
    if (!model) return '';
    const notes = [];
    if (isRegionWrong(model)) {
      const regions = model.regions.map((region) => flowAsr.sharedText('region.' + region)).join(', ');
      notes.push(flowAsr.sharedText('note.region', { model: model.id, regions }));
    }
    if (!flowAsr.capabilities().models.some((known) => known.id === model.id))
      notes.push(flowAsr.sharedText('note.family'));
    return notes.join(' ');
  }

  function showModel() {
    const id = (field('model').val() || '').trim();
    const model = flowAsr.modelOf(id);
    const subject = JSON.stringify([model || id, field('mode').val(), field('connection').val()]);
    if (subject === shown) return;
    shown = subject;
    const note = noteOn(model, id);
    $('.asr-model-note')
      .text(note)
      .toggle(note !== '');
    $('.asr-mode-row').toggle(!model || model.modes.length > 1);
    showLanguages(model);
    showFormats(model);
    showRates(model);
    field('idleSeconds').attr('placeholder', model ? model.idleMs / 1000 : '');
    parameters.show(flowAsr.parametersOf(model, field('mode').val()));
    flowAsr.labelTypedInputs();
  }

  function prepareRecognition(editedNode) {
    node = editedNode;
    parameters = undefined;
    shown = undefined;
    field('model').data('asr-node', node.id);
    // Filled at once: a dialog that is saved before the runtime has answered must not lose what it has.
    field('wireFormat').append($('<option>', { value: node.wireFormat || '' }));
    field('sampleRate').append($('<option>', { value: node.sampleRate || '' }));
    flowAsr.load(function () {
      const { models, defaultModel, limits } = flowAsr.capabilities();
      suggest(
        field('model').attr('placeholder', defaultModel),
        models.map((model) => model.id),
      );
      for (const [name, range] of Object.entries(limits[node.type.slice('asr-'.length)])) {
        if (range.default !== undefined) field(name).attr('placeholder', range.default);
      }
      parameters = flowAsr.parameterSection($('.asr-parameters'), node.parameters);
      const show = () => flowAsr.askModel(field('model').val(), showModel);
      field('model').on('change', show);
      // Picked from the suggestions, or typed to the end.
      field('model').on('input', () => flowAsr.modelOf(field('model').val()) && showModel());
      field('mode').on('change', show);
      field('connection').on('change', show);
      show();
    });
  }

  // Drops what the chosen model has not; until now it was kept, for whoever tries one model after the other.
  function saveRecognition(editedNode) {
    if (!parameters) return;
    editedNode.parameters = parameters.values();
    const model = flowAsr.modelOf(field('model').val());
    if (!model) return;
    if (!model.modes.includes(field('mode').val())) field('mode').val(model.modes[0]);
    if (!model.formats.includes(field('wireFormat').val())) field('wireFormat').val('');
    if (model.maxLanguages === 0) field('language').val('');
  }

  Object.assign(flowAsr, { prepareRecognition, saveRecognition });
})(window.flowAsr);
