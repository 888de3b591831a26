/* global $, window */
// The settings of a model in a dialog: one row for each, made from what the runtime says of it.
window.flowAsr = window.flowAsr || {};
(function (flowAsr) {
  const LONG_TEXT = 1000;
  // Of a hot word that is given without one.
  const USUAL_WEIGHT = 4;

  function textOf(name, part) {
    return flowAsr.sharedText('parameter.' + name + '.' + part);
  }

  function isVariable(value) {
    return typeof value === 'string' && flowAsr.VARIABLE.test(value);
  }

  function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  }

  // --- checks

  function isValid(spec, value) {
    switch (spec.kind) {
      case 'boolean':
        return typeof value === 'boolean';
      case 'number':
        return typeof value === 'number' && flowAsr.isInRange(value, spec);
      case 'integer':
        return Number.isInteger(value) && flowAsr.isInRange(value, spec);
      case 'choice':
        return spec.choices.includes(value);
      case 'text':
        return typeof value === 'string' && value.length <= spec.maxLength;
      case 'vocabulary':
        return isObject(value) && isVocabulary(spec, value);
      // What is in it is the runtime's to check.
      default:
        return isObject(value);
    }
  }

  function isVocabulary({ maxWords, weights }, value) {
    const given = Object.values(value);
    return given.length <= maxWords && given.every((weight) => weights.includes(weight));
  }

  // What is wrong with a value, or undefined. Variables get their values in the runtime.
  function parameterFault(name, spec, value) {
    if (value === undefined || value === '' || isVariable(value) || isValid(spec, value)) return undefined;
    return textOf(name, 'label') + ': ' + expected(spec);
  }

  function expected(spec) {
    return flowAsr.sharedText('expected.' + spec.kind, {
      min: spec.min,
      max: spec.max,
      choices: (spec.choices || spec.weights || []).join(', '),
      count: spec.maxWords || spec.maxLength,
    });
  }

  // --- fields: what they show of a value, and what value they say

  function select(options, value) {
    const field = $('<select>');
    // A variable, or a choice of another model, is kept until something else is chosen.
    const isOther = value !== undefined && !options.some((option) => option.value === String(value));
    const all = isOther ? [...options, { value: String(value), label: String(value) }] : options;
    for (const option of all) field.append($('<option>', { value: option.value }).text(option.label));
    return field.val(value === undefined ? '' : String(value));
  }

  function byDefault(shown) {
    return { value: '', label: flowAsr.sharedText('label.by-default', { value: shown }) };
  }

  function numberField(spec, value) {
    return $('<input>', { type: 'text', class: 'asr-number', placeholder: spec.default }).val(value);
  }

  function readNumber(field) {
    const typed = field.val().trim();
    return typed === '' || Number.isNaN(Number(typed)) ? typed : Number(typed);
  }

  const BOOLEANS = { true: true, false: false };

  function linesOf(vocabulary) {
    if (!isObject(vocabulary)) return vocabulary;
    return Object.entries(vocabulary)
      .map(([word, weight]) => word + ' ' + weight)
      .join('\n');
  }

  function readVocabulary(field) {
    const typed = field.val().trim();
    if (typed === '' || isVariable(typed)) return typed;
    const entries = typed.split('\n').filter((line) => line.trim() !== '');
    return Object.fromEntries(
      entries.map(function (line) {
        const [, word, weight] = /^(.+?)(?:[\s,:=]+(\d+))?$/.exec(line.trim());
        return [word, weight === undefined ? USUAL_WEIGHT : Number(weight)];
      }),
    );
  }

  function readJson(field) {
    const typed = field.val().trim();
    try {
      const value = JSON.parse(typed);
      return isObject(value) && Object.keys(value).length === 0 ? '' : value;
    } catch {
      return typed;
    }
  }

  const KINDS = {
    boolean: {
      make: (spec, value) =>
        select(
          [
            byDefault(flowAsr.sharedText(spec.default ? 'label.on' : 'label.off')),
            { value: 'true', label: flowAsr.sharedText('label.on') },
            { value: 'false', label: flowAsr.sharedText('label.off') },
          ],
          value,
        ),
      read: (field) => BOOLEANS[field.val()] ?? field.val(),
    },
    number: { make: numberField, read: readNumber },
    integer: { make: numberField, read: readNumber },
    choice: {
      make: (spec, value) =>
        select([byDefault(spec.default), ...spec.choices.map((one) => ({ value: one, label: one }))], value),
      read: (field) => field.val(),
    },
    text: {
      make: (spec, value) =>
        (spec.maxLength > LONG_TEXT ? $('<textarea>', { rows: 3 }) : $('<input>', { type: 'text' })).val(
          value,
        ),
      read: (field) => field.val().trim(),
    },
    vocabulary: {
      make: (_spec, value) => $('<textarea>', { rows: 4 }).val(linesOf(value)),
      read: readVocabulary,
    },
    wordFilter: {
      make: (_spec, value) =>
        $('<input>', { type: 'text' }).val(isObject(value) ? JSON.stringify(value) : value || '{}'),
      // It has an editor of its own, which needs a field that is in the page.
      dress: (field) => field.typedInput({ default: 'json', types: ['json'] }),
      read: readJson,
    },
  };

  function hintOf(name, spec) {
    const range = ['number', 'integer', 'text', 'vocabulary', 'wordFilter'].includes(spec.kind);
    return textOf(name, 'hint') + (range ? ' ' + expected(spec) : '');
  }

  // `stored`: what the node has. `show` changes the rows; what was typed into others is kept until the dialog closes.
  function parameterSection(container, stored) {
    const draft = { ...stored };
    let specs = {};
    let fields = {};

    function keep() {
      for (const name of Object.keys(fields)) draft[name] = KINDS[specs[name].kind].read(fields[name]);
    }

    function check(name) {
      const fault = parameterFault(name, specs[name], KINDS[specs[name].kind].read(fields[name]));
      fields[name].toggleClass('input-error', fault !== undefined).attr('title', fault || '');
      fields[name].next('.red-ui-typedInput-container').toggleClass('input-error', fault !== undefined);
    }

    function addRow(name) {
      const { kind } = specs[name];
      const field = KINDS[kind].make(specs[name], draft[name] === '' ? undefined : draft[name]);
      const id = 'asr-parameter-' + name;
      const label = $('<label>', { for: id }).append('<i class="fa fa-sliders"></i> ');
      label.append($('<span>').text(textOf(name, 'label')));
      const row = $('<div>', { class: 'form-row', 'data-asr-parameter': name }).append(label, ' ', field);
      if (name.endsWith('Ms')) row.append(' ', $('<span>').text(flowAsr.sharedText('unit.ms')));
      container.append(row, $('<div>', { class: 'asr-policy' }).text(hintOf(name, specs[name])));
      field.attr({ id, autocomplete: 'off' });
      if (KINDS[kind].dress) KINDS[kind].dress(field);
      fields[name] = field;
      field.on('change keyup paste', () => check(name));
      check(name);
    }

    return {
      show(next) {
        keep();
        specs = next;
        fields = {};
        container.empty();
        Object.keys(specs).forEach(addRow);
      },
      // Of the rows that are shown, what is set.
      values() {
        keep();
        const isSet = (name) => draft[name] !== undefined && draft[name] !== '';
        return Object.fromEntries(
          Object.keys(specs)
            .filter(isSet)
            .map((name) => [name, draft[name]]),
        );
      },
    };
  }

  Object.assign(flowAsr, { parameterFault, parameterSection });
})(window.flowAsr);
