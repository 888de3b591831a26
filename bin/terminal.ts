import { emitKeypressEvents } from 'node:readline';
import type { WriteStream } from 'node:tty';

const BAR_WIDTH = 20;

/** A line at the bottom of a terminal that is rewritten; silent where the stream is no terminal. */
export class LiveLine {
  readonly #stream: WriteStream | NodeJS.WriteStream;

  constructor(stream: WriteStream | NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** Draws `share`, from 0 to 1, as a bar before the end of `text`. */
  show(text: string, share: number): void {
    if (!this.#stream.isTTY) return;
    const filled = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH);
    const bar = `[${'='.repeat(filled)}${' '.repeat(BAR_WIDTH - filled)}] `;
    const room = Math.max(0, this.#stream.columns - bar.length - 1);
    this.#stream.write(`\r\x1b[K${bar}${room > 0 ? text.slice(-room) : ''}`);
  }

  /** Prints a line that stays. */
  note(text: string): void {
    this.clear();
    this.#stream.write(`${text}\n`);
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[K');
  }
}

/** Asks at the terminal without showing the answer. Rejects at Ctrl+C. */
export function askSecret(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdin.resume();
  return new Promise((resolve, reject) => {
    let secret = '';
    const done = (settle: () => void) => {
      stdin.removeListener('keypress', onKey);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      settle();
    };
    const onKey = (text: string | undefined, key: { name?: string; ctrl?: boolean }) => {
      if (key.ctrl && (key.name === 'c' || key.name === 'd')) {
        done(() => {
          reject(new Error('No API key was given.'));
        });
      } else if (key.name === 'return' || key.name === 'enter') {
        done(() => {
          resolve(secret);
        });
      } else if (key.name === 'backspace') secret = secret.slice(0, -1);
      else if (text) secret += text;
    };
    stdin.on('keypress', onKey);
  });
}
