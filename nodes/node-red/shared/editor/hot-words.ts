// The picker of the account's hot-word lists beside a field for an id, and the editor of a list.
import { messageOf, MODELS } from '../../../../lib/browser';
import type { HotWord } from '../../../../lib/browser';
import { wordTable } from './hot-word-table';
import { fieldOf, labelTypedInputs, sharedText, textIn } from './red';
import type { EditorNode } from './red';

const OPEN = 'asr-hot-words-open';
/** The choice in the picker that stands for a list that does not exist. */
const NEW = '';

/** A list as the route `asr/hot-words/:credentials` tells of it. */
interface ListView {
  id: string;
  model?: string;
  modifiedAt: string;
  isUsable: boolean;
  reason?: string;
}

interface Place {
  /** The field with the id of a list. */
  field: JQuery;
  /** The model of the dialog; empty for none. */
  model: () => string;
}

/** Fills the dialog of the node `hot words`, and shows the rows that its action needs. */
export function prepareHotWords(node: EditorNode): void {
  // A flow that was written by hand may lack it.
  if (textIn(fieldOf('property')) === '') fieldOf('property').val('payload');
  fieldOf('property').typedInput({ types: ['msg'] });
  labelTypedInputs();
  fieldOf('action').val(typeof node.action === 'string' ? node.action : 'read');
  const suggestions = $('<datalist>', { id: 'asr-hot-words-models' }).insertAfter(fieldOf('model'));
  for (const { id, parameters } of MODELS)
    if (parameters.vocabularyId) suggestions.append($('<option>', { value: id }));
  fieldOf('model').attr('list', 'asr-hot-words-models');
  const showRows = (): void => {
    const action = textIn(fieldOf('action'));
    $('.asr-hot-words-words-row').toggle(action === 'create' || action === 'update');
    $('.asr-hot-words-prefix-row').toggle(action === 'create');
    $('.asr-hot-words-model-row').toggle(action !== 'list' && action !== 'delete');
    $('.asr-hot-words-list-row').toggle(action !== 'list' && action !== 'create');
  };
  fieldOf('action').on('change', showRows);
  showRows();
  offerHotWordLists({ field: fieldOf('vocabularyId'), model: () => textIn(fieldOf('model')) });
}

/** Puts the button of the picker beside the field, once; without a field there is nothing to pick. */
export function offerHotWordLists({ field, model }: Place): void {
  if (field.length === 0 || field.next(`.${OPEN}`).length > 0) return;
  field.closest('.form-row').addClass('asr-with-button');
  const button = $('<button>', { type: 'button', class: `red-ui-button ${OPEN}`, 'aria-expanded': 'false' });
  field.after(button.text(sharedText('hotWords.open')));
  button.on('click', () => {
    const row = field.closest('.form-row');
    const shown = row.next('.asr-hot-words');
    button.attr('aria-expanded', String(shown.length === 0));
    if (shown.length > 0) shown.remove();
    else row.after(panel({ field, model }));
  });
}

/** The lists of the account, and the words of the chosen one. */
function panel({ field, model }: Place): JQuery {
  const lists = $('<select>', { 'aria-label': sharedText('hotWords.lists') });
  const prefix = $('<input>', {
    type: 'text',
    class: 'asr-hot-words-prefix',
    placeholder: sharedText('hotWords.prefix'),
    'aria-label': sharedText('hotWords.prefix'),
  });
  const note = $('<div>', { class: 'asr-hot-words-note', role: 'status' });
  const say = (text: string): void => {
    note.text(text);
  };
  const table = wordTable(say);
  const remove = $('<button>', { type: 'button', class: 'red-ui-button red-ui-button-small' });
  const save = $('<button>', { type: 'button', class: 'red-ui-button primary asr-hot-words-save' });
  const element = $('<div>', { class: 'asr-hot-words asr-wide' });
  let known: ListView[] = [];
  /** The list whose words the table has. */
  let shown: string | undefined;
  /** Counts what the person has asked for: only answers to the latest may show, and none in a closed panel. */
  let turn = 0;
  const isCurrent = (asked: number): boolean => asked === turn && element[0]?.isConnected === true;

  const chosen = (): string => textIn(lists);
  const armDelete = (isArmed: boolean): void => {
    remove
      .data('armed', isArmed)
      .text(sharedText(isArmed ? 'hotWords.delete-sure' : 'hotWords.delete'))
      .toggle(chosen() !== NEW);
  };

  const send = async (method: string, id: string, body?: object): Promise<unknown> => {
    const connection = encodeURIComponent(textIn(fieldOf('connection')));
    const query = method === 'GET' ? `?model=${encodeURIComponent(model().trim())}` : '';
    try {
      return await $.ajax({
        url: `asr/hot-words/${connection}${id && `/${encodeURIComponent(id)}`}${query}`,
        type: method,
        ...(body && { contentType: 'application/json; charset=utf-8', data: JSON.stringify(body) }),
      });
    } catch (failure) {
      const { status, responseJSON } = failure as { status: number; responseJSON?: { message?: string } };
      const message = responseJSON?.message ?? sharedText('hotWords.no-answer', { status });
      throw new Error(message, { cause: failure });
    }
  };
  /** @throws Error that nobody sees when the person has asked for something else meanwhile. */
  const read = async (id: string): Promise<unknown> => {
    const asked = turn;
    const answer = await send('GET', id);
    if (!isCurrent(asked)) throw new Error('The answer comes too late.');
    return answer;
  };
  const attempt = (work: () => Promise<void>): void => {
    const asked = (turn += 1);
    say(sharedText('hotWords.asking'));
    save.prop('disabled', true);
    work()
      .catch((error: unknown) => {
        if (isCurrent(asked)) say(messageOf(error));
      })
      .finally(() => {
        // Words that were typed over a list which could not be read must not replace it.
        if (isCurrent(asked)) save.prop('disabled', shown !== chosen());
      });
  };
  /** Nothing else can be asked for until the service has answered a change. */
  const change = (work: () => Promise<void>): void => {
    attempt(async () => {
      element.prop('inert', true);
      try {
        await work();
      } finally {
        element.prop('inert', false);
      }
    });
  };

  const showWords = async (): Promise<void> => {
    const id = chosen();
    prefix.toggle(id === NEW);
    armDelete(false);
    shown = undefined;
    if (id === NEW) {
      table.show([{ text: '', weight: 4 }]);
      shown = NEW;
      say(sharedText('hotWords.new-for', { model: model() || '?' }));
      return;
    }
    field.val(id).trigger('change');
    // Until the answer comes, words of another list must not be saved to this one.
    table.show([]);
    const { words } = (await read(id)) as { words: HotWord[] };
    table.show(words);
    shown = id;
    const list = known.find((one) => one.id === id);
    say(list && !list.isUsable ? ignored(list, model()) : sharedText('hotWords.count', { n: words.length }));
  };
  const showLists = async (id: string): Promise<void> => {
    ({ lists: known } = (await read('')) as { lists: ListView[] });
    lists.empty().append($('<option>', { value: NEW }).text(sharedText('hotWords.new')));
    for (const list of known) lists.append($('<option>', { value: list.id }).text(labelOf(list)));
    lists.val(known.some((one) => one.id === id) ? id : NEW);
    await showWords();
  };

  lists.on('change', () => {
    attempt(showWords);
  });
  remove.on('click', () => {
    if (!remove.data('armed')) {
      armDelete(true);
      return;
    }
    change(async () => {
      const id = chosen();
      await send('DELETE', id);
      shown = undefined;
      if (textIn(field) === id) field.val('').trigger('change');
      await showLists(NEW);
      say(sharedText('hotWords.deleted'));
    });
  });
  save.text(sharedText('hotWords.save')).on('click', () => {
    change(async () => {
      const id = chosen();
      const words = table.words();
      const fresh = { model: model().trim(), prefix: textIn(prefix).trim(), words };
      const answer = await (id === NEW ? send('POST', '', fresh) : send('PUT', id, { words }));
      const saved = answer as { id: string };
      // Should the lists not be readable now, another click must not make another list.
      shown = undefined;
      field.val(saved.id).trigger('change');
      await showLists(saved.id);
      const list = known.find((one) => one.id === saved.id);
      const said = sharedText('hotWords.saved', { n: words.length });
      say(list && !list.isUsable ? `${said} ${ignored(list, model())}` : said);
    });
  });
  attempt(() => showLists(textIn(field).trim()));
  return element.append(
    $('<div>', { class: 'asr-hot-words-bar' }).append(lists, prefix, remove),
    note,
    table.element,
    save,
  );
}

function labelOf({ id, model, isUsable }: ListView): string {
  const mark = isUsable ? '' : ` – ${sharedText('hotWords.ignored')}`;
  return `${id.replace(/^(vocab-[^-]+-.{8}).+$/, '$1…')}${model ? ` (${model})` : ''}${mark}`;
}

/** Why recognition would ignore the list, in the language of the editor. */
function ignored({ model, reason = '' }: ListView, wanted: string): string {
  return model && wanted && model !== wanted
    ? sharedText('hotWords.other-model', { model, wanted })
    : `${sharedText('hotWords.undeployed')} ${reason}`;
}
