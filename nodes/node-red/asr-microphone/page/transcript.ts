// The recognised text, sentence by sentence: grey until it is final.
import { find } from './elements';
import type { FlowEvent } from './link';
import { text } from './texts';

const KEPT_SENTENCES = 500;

interface Row {
  item: HTMLElement;
  said: HTMLElement;
  emotion: HTMLElement;
}

export class Transcript {
  readonly #list = find('#sentences');
  readonly #scroller = find('main');
  readonly #announcer = find('#announcer');
  readonly #rows = new Map<string, Row>();

  /** @param event `interim` or `final`. */
  showText(event: FlowEvent): void {
    const { type, sentenceId = '', text: said = '' } = event;
    const row = this.#row(sentenceId);
    const isAtEnd = this.#isAtEnd();
    // A final may come again behind a connection that broke.
    const isNew = row.said.textContent !== said || row.item.classList.contains('interim');
    row.said.textContent = said;
    row.item.classList.toggle('interim', type === 'interim');
    this.showEmotion(event);
    // Interims change too often to be read aloud.
    if (type === 'final' && isNew) this.#announcer.replaceChildren(said);
    if (isAtEnd) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  showEmotion({ sentenceId = '', emotion }: FlowEvent): void {
    const row = this.#rows.get(sentenceId);
    if (!row || !emotion) return;
    row.emotion.textContent = text(`emotion.${emotion}`);
    row.emotion.hidden = false;
  }

  #row(sentenceId: string): Row {
    const known = this.#rows.get(sentenceId);
    if (known) return known;
    const item = document.createElement('li');
    const said = document.createElement('span');
    const emotion = document.createElement('span');
    emotion.className = 'emotion';
    emotion.hidden = true;
    item.append(said, emotion);
    this.#list.append(item);
    find('#hint').hidden = true;
    const row = { item, said, emotion };
    this.#rows.set(sentenceId, row);
    if (this.#rows.size > KEPT_SENTENCES) this.#forgetOldest();
    return row;
  }

  #forgetOldest(): void {
    const [oldest] = this.#rows;
    if (!oldest) return;
    const [sentenceId, { item }] = oldest;
    item.remove();
    this.#rows.delete(sentenceId);
  }

  /** A reader who has scrolled back is not moved. */
  #isAtEnd(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < 60;
  }
}
