// The words of a hot-word list in a table: typed, pasted as a column, and as CSV in and out.
import {
  HOT_WORD_LIST_BOUNDS,
  hotWordsFault,
  hotWordsToCsv,
  messageOf,
  readHotWords,
} from '../../../../lib/browser';
import type { HotWord } from '../../../../lib/browser';
import { sharedText, textIn } from './red';

const CSV_TYPES = '.csv,.tsv,.txt,text/csv,text/plain';
/** A list of 500 words takes less. */
const MAX_FILE_BYTES = 200_000;
const USUAL_WEIGHT = 4;

/** The words of a list, to be changed. */
export interface WordTable {
  element: JQuery;
  show: (words: readonly HotWord[]) => void;
  words: () => HotWord[];
}

/** @param say Shows a sentence to the person, such as why a file cannot be read. */
export function wordTable(say: (text: string) => void): WordTable {
  const rows = $('<div>', { class: 'asr-hot-words-rows' });
  const file = $('<input>', { type: 'file', accept: CSV_TYPES, class: 'asr-hot-words-file' }).hide();
  const element = $('<div>').append(
    rows,
    $('<div>', { class: 'asr-hot-words-bar' }).append(
      action('fa-plus', 'add', () => {
        rows.append(row({ text: '', weight: USUAL_WEIGHT }));
        rows.find('input.asr-hot-word').last().trigger('focus');
      }),
      action('fa-upload', 'import', () => file.trigger('click')),
      action('fa-download', 'export', () => {
        save(hotWordsToCsv(words()));
      }),
      file,
    ),
    $('<div>', { class: 'asr-hot-words-help' }).text(sharedText('hotWords.paste')),
  );

  function show(list: readonly HotWord[]): void {
    rows.empty().append(list.map(row));
  }

  function words(): HotWord[] {
    return rows
      .children()
      .toArray()
      .map((one) => wordIn($(one)))
      .filter(({ text }) => text !== '');
  }

  /** Replaces a row by the words that were pasted into it; the rest of the table stays. */
  function paste(at: JQuery, text: string): void {
    try {
      at.before(readHotWords(text).map(row));
      if (wordIn(at).text === '') at.remove();
    } catch (error) {
      say(messageOf(error));
    }
  }

  function row({ text, weight, lang = '' }: HotWord): JQuery {
    const line = $('<div>', { class: 'asr-hot-words-row' });
    const choice = $('<select>', { 'aria-label': sharedText('hotWords.weight') });
    const known = HOT_WORD_LIST_BOUNDS.weights;
    for (const one of known.includes(weight) ? known : [...known, weight])
      choice.append($('<option>', { value: one }).text(one));
    line.append(
      $('<input>', { type: 'text', class: 'asr-hot-word', 'aria-label': sharedText('hotWords.word') }).val(
        text,
      ),
      choice.val(String(weight)),
      $('<input>', {
        type: 'text',
        class: 'asr-hot-word-lang',
        placeholder: sharedText('hotWords.lang'),
        'aria-label': sharedText('hotWords.lang'),
      }).val(lang),
      action('fa-times', 'remove', () => line.remove()).attr('title', sharedText('hotWords.remove')),
    );
    const check = (): void => {
      const word = wordIn(line);
      const fault = word.text === '' ? undefined : hotWordsFault('words', [word], HOT_WORD_LIST_BOUNDS);
      const isWrong = fault !== undefined;
      line
        .find('.asr-hot-word')
        .toggleClass('input-error', isWrong)
        .attr('title', isWrong ? sharedText('hotWords.limits') : '');
    };
    line.on('input change', check).on('paste', '.asr-hot-word', (event) => {
      const pasted =
        (event.originalEvent as ClipboardEvent | undefined)?.clipboardData?.getData('text') ?? '';
      if (!/[\r\n\t]/.test(pasted.trim())) return;
      event.preventDefault();
      paste(line, pasted);
    });
    check();
    return line;
  }

  file.on('change', () => {
    const [chosen] = (file[0] as HTMLInputElement).files ?? [];
    file.val('');
    if (!chosen) return;
    if (chosen.size > MAX_FILE_BYTES) {
      say(sharedText('hotWords.file-too-long', { max: MAX_FILE_BYTES }));
      return;
    }
    void chosen
      .text()
      .then(readHotWords)
      .then(show, (error: unknown) => {
        say(messageOf(error));
      });
  });
  return { element, show, words };
}

function wordIn(line: JQuery): HotWord {
  const lang = textIn(line.find('.asr-hot-word-lang')).trim();
  return {
    text: textIn(line.find('.asr-hot-word')).trim(),
    weight: Number(textIn(line.find('select'))),
    ...(lang && { lang }),
  };
}

function action(icon: string, name: string, run: () => void): JQuery {
  const button = $('<button>', { type: 'button', class: 'red-ui-button red-ui-button-small' });
  button.append($('<i>', { class: `fa ${icon}` }));
  if (name === 'remove') button.attr('aria-label', sharedText('hotWords.remove'));
  else button.append(' ', $('<span>').text(sharedText(`hotWords.${name}`)));
  return button.on('click', run);
}

function save(csv: string): void {
  const address = URL.createObjectURL(new Blob([`\uFEFF${csv}`], { type: 'text/csv' }));
  ($('<a>', { href: address, download: 'hot-words.csv' })[0] as HTMLAnchorElement).click();
  URL.revokeObjectURL(address);
}
