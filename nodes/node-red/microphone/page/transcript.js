/* global document */
// What was said, sentence by sentence: grey until it is final.
import { text } from './texts.js';

const KEPT_SENTENCES = 500;

export class Transcript {
  #list = document.querySelector('#sentences');
  #scroller = document.querySelector('main');
  #announcer = document.querySelector('#announcer');
  #rows = new Map();

  /** @param event `interim` or `final` */
  showText({ type, sentenceId, text: said, emotion }) {
    const row = this.#row(sentenceId);
    const isAtEnd = this.#isAtEnd();
    row.said.textContent = said;
    row.item.classList.toggle('interim', type === 'interim');
    if (emotion) this.showEmotion({ sentenceId, emotion });
    // Interims change too often to be read aloud.
    if (type === 'final') this.#announcer.replaceChildren(said);
    if (isAtEnd) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  showEmotion({ sentenceId, emotion }) {
    const row = this.#rows.get(sentenceId);
    if (!row) return;
    row.emotion.textContent = text(`emotion.${emotion}`);
    row.emotion.hidden = false;
  }

  #row(sentenceId) {
    const known = this.#rows.get(sentenceId);
    if (known) return known;
    const item = document.createElement('li');
    const said = document.createElement('span');
    const emotion = document.createElement('span');
    emotion.className = 'emotion';
    emotion.hidden = true;
    item.append(said, emotion);
    this.#list.append(item);
    document.querySelector('#hint').hidden = true;
    const row = { item, said, emotion };
    this.#rows.set(sentenceId, row);
    if (this.#rows.size > KEPT_SENTENCES) this.#forgetOldest();
    return row;
  }

  #forgetOldest() {
    const [[sentenceId, { item }]] = this.#rows;
    item.remove();
    this.#rows.delete(sentenceId);
  }

  /** Who has scrolled back to read is left there. */
  #isAtEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < 60;
  }
}
