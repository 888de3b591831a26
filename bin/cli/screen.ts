import type { WriteStream } from 'node:tty';
import { inLines, inOneLine } from './printable';

type Stream = WriteStream | NodeJS.WriteStream;

const BAR_WIDTH = 20;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const WITHOUT_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

/**
 * Lines at the bottom of a terminal that are rewritten, and what is printed above them. Where stderr is no terminal,
 * there are no such lines, and stdout and stderr get nothing but what is printed.
 */
export class Screen {
  readonly #stdout: Stream;
  readonly #stderr: Stream;
  readonly #rows = new Map<string, string>();
  #drawnRows = 0;

  constructor(stdout: Stream = process.stdout, stderr: Stream = process.stderr) {
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  get isLive(): boolean {
    return this.#stderr.isTTY;
  }

  /** Whether the reader of stdout has not taken yet what was printed. */
  get isBehind(): boolean {
    return this.#stdout.writableNeedDrain;
  }

  /**
   * Draws a line that stands for `id`: the end of `text`, behind a bar of `share` from 0 to 1 where that is known.
   */
  show(id: string, text: string, share?: number): void {
    if (!this.isLive) return;
    const bar = share === undefined ? '' : barOf(share);
    const room = (this.#stderr.columns || 80) - bar.length - 1;
    this.#rows.set(id, bar + lastColumns(inOneLine(text), room));
    this.#redraw();
  }

  /** Takes the line of `id` away. */
  remove(id: string): void {
    if (this.#rows.delete(id)) this.#redraw();
  }

  /** Prints to stdout, above the lines. */
  print(text: string): void {
    this.#above(this.#stdout, inLines(text));
  }

  /** Prints a line to stderr, above the lines. */
  note(text: string): void {
    this.#above(this.#stderr, `${inOneLine(text)}\n`);
  }

  /** Takes all lines away. */
  clear(): void {
    this.#rows.clear();
    this.#erase();
  }

  #above(stream: Stream, text: string): void {
    if (stream.isTTY) this.#erase();
    stream.write(text);
    if (stream.isTTY) this.#draw();
  }

  #redraw(): void {
    this.#erase();
    this.#draw();
  }

  #erase(): void {
    if (this.#drawnRows === 0) return;
    const up = this.#drawnRows > 1 ? `\x1b[${this.#drawnRows - 1}A` : '';
    this.#stderr.write(`\r${up}\x1b[J`);
    this.#drawnRows = 0;
  }

  #draw(): void {
    // A terminal that scrolls cannot be rewritten above its first line.
    const rows = [...this.#rows.values()].slice(0, Math.max(1, (this.#stderr.rows || 24) - 1));
    if (!this.isLive || rows.length === 0) return;
    this.#stderr.write(rows.join('\n'));
    this.#drawnRows = rows.length;
  }
}

function barOf(share: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH);
  return `[${'='.repeat(filled)}${' '.repeat(BAR_WIDTH - filled)}] `;
}

/** The end of a text that fits into so many columns. Chinese and Japanese characters take two. */
function lastColumns(text: string, columns: number): string {
  let width = 0;
  const characters = Array.from(text.slice(-2 * Math.max(0, columns)));
  let from = characters.length;
  while (from > 0) {
    width += widthOf(characters[from - 1] ?? '');
    if (width > columns) break;
    from -= 1;
  }
  return characters.slice(from).join('');
}

function widthOf(character: string): number {
  if (WITHOUT_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
