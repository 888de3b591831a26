import path from 'node:path';
import type { CaptionOptions, FinalEvent, SessionEvent, Transcript } from '../../lib';
import { failureText } from '../cli/output';
import { printableJson } from '../cli/printable';
import type { Screen } from '../cli/screen';
import { errorJson, jsonOf } from './event-json';
import { writerOf } from './formats';
import type { FormatName, SentenceWriter } from './formats';

export interface ReportOptions {
  file: string;
  screen: Screen;
  formats: readonly FormatName[];
  captions: CaptionOptions;
  /** Whether each event is printed as JSON. */
  asJson: boolean;
  /** Whether each sentence is printed as soon as it is final. Otherwise the text is kept until the end. */
  isLive: boolean;
  /** Whether messages name the file, because there are several. */
  isNamed: boolean;
  durationMs: number | undefined;
}

/** The progress and the results of one recording while it is recognised. */
export class Report {
  readonly #options: ReportOptions;
  readonly #writers = new Map<FormatName, SentenceWriter>();
  readonly #pieces = new Map<FormatName, string[]>();
  #sentMs = 0;
  #hasWritten = false;
  #hasError = false;

  constructor(options: ReportOptions) {
    this.#options = options;
    for (const format of options.formats) {
      const writer = writerOf(format, options.captions);
      this.#writers.set(format, writer);
      this.#pieces.set(format, [writer.head]);
      if (options.isLive && writer.head !== '') options.screen.print(writer.head);
    }
    this.#show('');
  }

  onEvent(event: SessionEvent): void {
    const { file, screen, asJson } = this.#options;
    if (asJson) screen.print(`${printableJson({ file, ...jsonOf(event) })}\n`);
    switch (event.type) {
      case 'interim':
        this.#show(event.text);
        break;
      case 'error':
        this.#hasError = true;
        break;
      case 'final':
        this.#sentMs = event.endMs ?? this.#sentMs;
        this.#show('');
        this.#take(event);
        break;
      case 'warning':
        if (!asJson) this.note(event.message);
        break;
      case 'reconnecting':
        if (!asJson) this.note(`${event.reason} Trying again, attempt ${event.attempt}.`);
        break;
      default:
    }
  }

  /**
   * The text in each format. Empty where it was printed live.
   * @throws Error where there is text, and the format needs times that the model did not give.
   */
  texts(transcript: Transcript): ReadonlyMap<FormatName, string> {
    const { formats, isLive, asJson, file } = this.#options;
    const { statistics, text } = transcript;
    if (asJson) {
      const { sentences: _sentences, ...rest } = transcript;
      this.#options.screen.print(`${printableJson({ file, type: 'transcript', ...rest })}\n`);
    }
    const needsTimes = formats.find((format) => format !== 'text');
    if (needsTimes && statistics.characters > 0 && !this.#hasWritten) {
      throw new Error(`There is text, but it has no times for --${needsTimes}: the model gave none.`);
    }
    if (isLive) return new Map();
    return new Map(
      formats.map((format) => [
        format,
        format === 'text' ? `${text}\n` : (this.#pieces.get(format) ?? []).join(''),
      ]),
    );
  }

  /** Prints a line about this recording to stderr. */
  note(message: string): void {
    const { file, isNamed, screen } = this.#options;
    screen.note(`flow-asr: ${isNamed ? `${file}: ` : ''}${message}`);
  }

  failed(error: unknown): void {
    const { file, asJson, screen } = this.#options;
    // The event of a session that failed is printed already.
    if (asJson && !this.#hasError) {
      screen.print(`${printableJson({ file, type: 'error', error: errorJson(error) })}\n`);
    }
    this.note(failureText(error));
  }

  /** Takes its line from the screen. */
  end(): void {
    this.#options.screen.remove(this.#options.file);
  }

  #take(final: FinalEvent): void {
    for (const [format, writer] of this.#writers) {
      const piece = writer.write(final);
      if (piece === '') continue;
      if (format !== 'text') this.#hasWritten = true;
      if (this.#options.isLive) this.#options.screen.print(piece);
      // The text of a recording is joined as its language does it.
      else if (format !== 'text') this.#pieces.get(format)?.push(piece);
    }
  }

  #show(text: string): void {
    const { file, screen, isNamed, isLive, durationMs } = this.#options;
    const share = durationMs === undefined ? undefined : this.#sentMs / durationMs;
    if (isLive) screen.show(file, text);
    else screen.show(file, isNamed ? `${path.basename(file)}  ${text}` : text, share ?? 0);
  }
}
