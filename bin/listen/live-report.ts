import type { SessionEvent } from '../../lib';
import { printableJson } from '../cli/printable';
import type { Screen } from '../cli/screen';
import { jsonOf } from '../transcribe/event-json';
import { writerOf } from '../transcribe/formats';
import type { FormatName, SentenceWriter } from '../transcribe/formats';

export interface LiveReportOptions {
  screen: Screen;
  format: FormatName;
  asJson: boolean;
  /** Whether several senders may speak, so that each line names its own. */
  isPort: boolean;
}

/** Prints what is heard of a live source. */
export class LiveReport {
  readonly #options: LiveReportOptions;
  readonly #writer: SentenceWriter;
  #hasBegun = false;

  constructor(options: LiveReportOptions) {
    this.#options = options;
    this.#writer = writerOf(options.format, {});
  }

  onEvent(event: SessionEvent, sender: string): void {
    const { screen, asJson, isPort } = this.#options;
    if (asJson) this.#printJson(sender, jsonOf(event), event.type);
    switch (event.type) {
      case 'interim':
        screen.show(sender, isPort ? `${sender}: ${event.text}` : event.text);
        break;
      case 'final': {
        screen.remove(sender);
        const text = this.#writer.write(event);
        if (!asJson && text !== '') this.#print(isPort ? `${sender}: ${text}` : text);
        break;
      }
      case 'warning':
        if (!asJson) this.note(isPort ? `${sender}: ${event.message}` : event.message);
        break;
      default:
    }
  }

  /** A sender of a port begins, such as a call with its ids. */
  onSender(sender: string, details?: Readonly<Record<string, unknown>>): void {
    if (details && this.#options.asJson) this.#printJson(sender, { type: 'sender', details }, 'sender');
  }

  /** Prints a line to stderr. */
  note(message: string): void {
    this.#options.screen.note(`flow-asr: ${message}`);
  }

  #print(text: string): void {
    if (!this.#hasBegun) this.#options.screen.print(this.#writer.head);
    this.#hasBegun = true;
    this.#options.screen.print(text);
  }

  #printJson(sender: string, event: object, type: string): void {
    const { screen } = this.#options;
    // A live source does not wait: while nobody reads the output, it keeps what is final, and that is little.
    if (screen.isBehind && (type === 'interim' || type === 'statistics')) return;
    screen.print(`${printableJson({ sender, ...event })}\n`);
  }
}
