// Asks for the token of a microphone that has one.
import { find } from './elements';
import { rememberToken } from './own-socket';

export class TokenForm {
  readonly #form = find('#token-form', HTMLFormElement);
  #hasTyped = false;

  /** @param onTyped A token was typed, and will be sent from now on. */
  constructor(onTyped: () => void) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#hasTyped = true;
      this.#form.hidden = true;
      rememberToken(find('#token', HTMLInputElement).value);
      onTyped();
    });
  }

  /** Whether a token was typed, so that a refusal means that it is wrong. */
  get hasTyped(): boolean {
    return this.#hasTyped;
  }

  ask(isAsked: boolean): void {
    this.#form.hidden = !isAsked;
  }
}
