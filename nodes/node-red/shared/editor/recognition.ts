// The part of a dialog about recognition: the model, and the settings of that model.
import { DEFAULT_MODEL, MODELS } from '../../../../lib/browser';
import type { Model } from '../../../../lib/browser';
import { checkLanguage, languageCodes } from './checks';
import { offerHotWordLists } from './hot-words';
import { isVariable, modelName, modelOf, parametersOf } from './models';
import { prepareNumbers } from './numbers';
import { parameterSection } from './parameters';
import type { ParameterSection } from './parameters';
import { preparePresets } from './presets';
import { fieldOf, labelTypedInputs, nodeOf, sharedText, textIn } from './red';
import type { EditorNode } from './red';
import { describeFields, explainCompactRows, prepareTabs } from './tabs';

interface Choice {
  value: string;
  label: string;
}

/** The dialog that is open. */
interface OpenDialog {
  node: EditorNode;
  parameters: ParameterSection;
  /**
   * What the rows were made for. They are not made again without need, or a field that was just clicked would vanish.
   */
  shown?: string;
}

const NO_SETTINGS = '{}';

let open: OpenDialog | undefined;

/**
 * The label of a node without a name: its model and mode, where they are not the defaults. It depends on the node's
 * own settings only, because a label of another length moves the node, and the next deploy keeps that.
 */
export function recognitionLabel(node: EditorNode): string {
  if (node.name) return node.name;
  // The recording has one end, so the mode of `transcribe` says little.
  const mode = node.mode === 'manual' && node.type === 'asr-session' ? `, ${sharedText('live.manual')}` : '';
  return (node.model || node._(`${node.type}.palette-label`)) + mode;
}

/** Fills the dialog, and keeps its rows those of the chosen model. */
export function prepareRecognition(node: EditorNode): void {
  const model = fieldOf('model').data('asr-node', node.id).attr('placeholder', DEFAULT_MODEL);
  suggest(
    model,
    MODELS.map(({ id }) => id),
  );
  prepareNumbers(node);
  prepareOtherSettings();
  preparePresets({
    model: () => modelOf(textIn(model)),
    region: () => regionOf(),
    fill: ({ model: id, mode, sampleRateHz, parameters }) => {
      // A field that says nothing stands for the default.
      if (id !== modelName(textIn(model))) model.val(id);
      fieldOf('mode').val(mode);
      showModel();
      if (sampleRateHz !== undefined) fieldOf('sampleRate').val(sampleRateHz).trigger('change');
      open?.parameters.fill(parameters);
      afterRows();
    },
  });
  open = { node, parameters: parameterSection($('.asr-parameters'), node.parameters) };
  // Of a flow that is older than the setting.
  if (textIn(fieldOf('mode')) === '') fieldOf('mode').val('vad');
  model.on('change', showModel);
  // Picked from the suggestions, or typed completely.
  model.on('input', () => {
    if (modelOf(textIn(model))) showModel();
  });
  fieldOf('mode').on('change', showModel);
  fieldOf('connection').on('change', showModel);
  showModel();
  explainCompactRows();
  prepareTabs(node);
}

/**
 * Drops settings that the chosen model does not have. They are kept until now for people who try one model after the
 * other.
 */
export function saveRecognition(node: EditorNode): void {
  if (!open) return;
  node.parameters = open.parameters.values();
  const other = fieldOf('otherSettings');
  if (textIn(other).trim() === NO_SETTINGS) other.val('');
  const model = modelOf(textIn(fieldOf('model')));
  if (!model) return;
  const [mode, wireFormat] = [fieldOf('mode'), fieldOf('wireFormat')];
  if (!model.modes.some((one) => one === textIn(mode))) mode.val(model.modes[0] ?? '');
  if (!model.formats.some((one) => one === textIn(wireFormat))) wireFormat.val('');
  if (model.maxLanguages === 0) fieldOf('language').val('');
}

/** The editor of JSON takes nothing for a mistake. */
function prepareOtherSettings(): void {
  const field = fieldOf('otherSettings');
  if (textIn(field).trim() === '') field.val(NO_SETTINGS);
  field.typedInput({ default: 'json', types: ['json'] });
}

function showModel(): void {
  if (!open) return;
  const { node, parameters } = open;
  const id = textIn(fieldOf('model')).trim();
  const mode = textIn(fieldOf('mode'));
  const subject = JSON.stringify([id, mode, textIn(fieldOf('connection'))]);
  if (subject === open.shown) return;
  open.shown = subject;
  const model = modelOf(id);
  const note = noteOn(model, id);
  $('.asr-model-note')
    .text(note)
    .toggle(note !== '');
  $('.asr-mode-row').toggle(!model || model.modes.length > 1);
  showLanguages(node, model);
  showFormats(node, model);
  showRates(node, model);
  fieldOf('idleSeconds').attr('placeholder', model ? model.idleMs / 1000 : '');
  parameters.show(parametersOf(model, mode));
  afterRows();
}

function afterRows(): void {
  offerHotWordLists({
    field: $('#asr-parameter-vocabularyId'),
    model: () => modelName(textIn(fieldOf('model'))),
  });
  labelTypedInputs();
  describeFields();
}

function noteOn(model: Model | null | undefined, id: string): string {
  if (model === null) return sharedText('invalid.model', { model: id });
  if (model === undefined) return sharedText('note.variable');
  const notes: string[] = [];
  if (isRegionWrong(model)) {
    const regions = model.regions.map((region) => sharedText(`region.${region}`)).join(', ');
    notes.push(sharedText('note.region', { model: model.id, regions }));
  }
  if (!MODELS.some((known) => known.id === model.id)) notes.push(sharedText('note.family'));
  return notes.join(' ');
}

/** The region of the chosen credentials. */
function regionOf(): string | undefined {
  const region = nodeOf(textIn(fieldOf('connection')))?.region;
  return typeof region === 'string' ? region : undefined;
}

/** A service of one's own may have any model. */
function isRegionWrong({ regions }: Model): boolean {
  const region = regionOf();
  const isCloud = MODELS.some((model) => model.regions.some((one) => one === region));
  return isCloud && !regions.some((one) => one === region);
}

function suggest(input: JQuery, values: string[]): void {
  const id = `${input.attr('id') ?? ''}-suggestions`;
  $(`#${id}`).remove();
  const list = $('<datalist>', { id }).insertAfter(input);
  for (const value of values) list.append($('<option>', { value }));
  input.attr('list', id);
}

/** The chosen value stays, also where the model does not have it; then it is shown as wrong. */
function fill(select: JQuery, options: Choice[], stored: string | number = ''): void {
  const isFilled = select.children().length > 0;
  const chosen = isFilled ? textIn(select) : String(stored);
  const isKnown = options.some(({ value }) => value === chosen);
  select.empty();
  for (const { value, label } of isKnown ? options : [...options, { value: chosen, label: chosen }]) {
    select.append($('<option>', { value }).text(label));
  }
  select.val(chosen).trigger('change');
}

function showRates(node: EditorNode, model: Model | null | undefined): void {
  const byDefault = { value: '', label: sharedText('label.default-rate') };
  const options = (model?.sampleRatesHz ?? []).map((hz) => ({ value: String(hz), label: `${hz} Hz` }));
  fill(fieldOf('sampleRate'), [byDefault, ...options], node.sampleRate);
}

function showFormats(node: EditorNode, model: Model | null | undefined): void {
  const formats = (model?.formats ?? []).filter((format) => format !== 'pcm');
  const understood = { value: '', label: sharedText('label.format-understood') };
  const asIs = formats.map((format) => ({
    value: format,
    label: sharedText('label.format-as-is', { format }),
  }));
  fill(fieldOf('wireFormat'), [understood, ...asIs], node.wireFormat);
  $('.asr-format-row').toggle(!model || formats.length > 0);
}

function languageLabel(code: string): string {
  try {
    const names = new Intl.DisplayNames([RED.i18n.lang()], { type: 'language' });
    return `${names.of(code) ?? code} (${code})`;
  } catch {
    return code;
  }
}

/** The node keeps the codes as text, so that they may come from a variable; this helps to write it. */
function showLanguages(node: EditorNode, model: Model | null | undefined): void {
  const field = fieldOf('language').hide();
  $('.asr-language-row').toggle(!model || model.maxLanguages > 0);
  const picker = $('<input>', { type: 'text', style: 'width: 100%' });
  $('.asr-language-picker').empty().append(picker);
  const stored = textIn(field);
  const codes = languageCodes(stored);
  const auto = { value: 'auto', label: sharedText('label.language-auto'), hasValue: false };
  const text = { value: 'text', label: sharedText('label.language-codes'), icon: 'fa fa-pencil' };
  const list = {
    value: 'list',
    label: sharedText('label.language-list'),
    // Not in the editor's types.
    multiple: model ? model.maxLanguages > 1 : false,
    options: (model?.languages ?? []).map((code) => ({ value: code, label: languageLabel(code) })),
  };
  const isListed = model && !isVariable(stored) && codes.every((code) => model.languages.includes(code));
  const type = codes.length === 0 ? 'auto' : isListed ? 'list' : 'text';
  picker.typedInput({ default: type, types: model ? [auto, list, text] : [auto, text] });
  picker.typedInput('type', type);
  picker.typedInput('value', codes.join(','));
  const showFault = (): void => {
    const isWrong = checkLanguage(node, textIn(field)) !== true;
    picker.next('.red-ui-typedInput-container').toggleClass('input-error', isWrong);
  };
  picker.on('change', () => {
    const isAuto = picker.typedInput('type') === 'auto';
    field.val(isAuto ? '' : picker.typedInput('value')).trigger('change');
    showFault();
  });
  showFault();
  const most = model && model.maxLanguages > 1 ? model.maxLanguages : 0;
  $('.asr-language-hint').text(most > 0 ? sharedText('label.language-most', { count: most }) : '');
}
