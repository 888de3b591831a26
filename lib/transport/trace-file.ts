import { open, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { errorOf } from '../base/error-details';
import type { TraceWriter } from './trace';

export interface TraceFileOptions {
  /** Limit for the file and its predecessor together. Default 20 MiB. */
  maxBytes?: number;
  /** Called once when the file cannot be written. After that nothing more is written, and nothing else happens. */
  onError?: (error: Error) => void;
}

/** A trace on disk. Whoever made it closes it, after the sessions that write to it. */
export interface TraceFile extends TraceWriter {
  /** Writes the waiting lines and closes the file. Never rejects; may be called again. */
  close(): Promise<void>;
}

/**
 * Appends a trace to a file. The file is created with the first line, readable by its owner only. When it reaches
 * half of `maxBytes` it is renamed to `<path>.1`, in place of the previous one, so that the newest lines are always
 * kept.
 */
export function traceToFile(path: string, options: TraceFileOptions = {}): TraceFile {
  return new RotatingFile(path, options);
}

const DEFAULT_MAX_BYTES = 20 * 1024 * 1024;
/** Limit for lines that wait for a slow disk; further ones are omitted and counted. */
const MAX_PENDING_BYTES = 4 * 1024 * 1024;
const OWNER_ONLY = 0o600;

class RotatingFile implements TraceFile {
  readonly #path: string;
  readonly #maxFileBytes: number;
  readonly #onError: ((error: Error) => void) | undefined;
  #pending: string[] = [];
  #pendingBytes = 0;
  #leftOut = 0;
  #file: FileHandle | undefined;
  #fileBytes = 0;
  #writing: Promise<void> | undefined;
  #isOver = false;

  constructor(path: string, { maxBytes = DEFAULT_MAX_BYTES, onError }: TraceFileOptions) {
    this.#path = path;
    this.#maxFileBytes = maxBytes / 2;
    this.#onError = onError;
  }

  write(line: string): void {
    if (this.#isOver) return;
    const bytes = Buffer.byteLength(line) + 1;
    if (this.#pendingBytes + bytes > MAX_PENDING_BYTES) {
      this.#leftOut += 1;
      return;
    }
    this.#pending.push(`${line}\n`);
    this.#pendingBytes += bytes;
    this.#writing ??= this.#drain();
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#writing;
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(this.#onError);
  }

  async #drain(): Promise<void> {
    try {
      for (let text = this.#take(); text !== ''; text = this.#take()) await this.#append(text);
    } catch (error) {
      this.#isOver = true;
      this.#pending = [];
      this.#onError?.(errorOf(error));
    } finally {
      this.#writing = undefined;
    }
  }

  /** The lines to be written next: as many as the file has room for, but at least one. */
  #take(): string {
    let text = this.#pending.shift() ?? '';
    const room = this.#maxFileBytes - this.#fileBytes;
    let bytes = Buffer.byteLength(text);
    for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
      bytes += Buffer.byteLength(next);
      if (bytes > room) break;
      text += next;
      this.#pending.shift();
    }
    this.#pendingBytes -= Buffer.byteLength(text);
    if (this.#pendingBytes === 0 && this.#leftOut > 0) {
      text += `${JSON.stringify({ time: new Date().toISOString(), event: 'leftOut', lines: this.#leftOut })}\n`;
      this.#leftOut = 0;
    }
    return text;
  }

  async #append(text: string): Promise<void> {
    const bytes = Buffer.byteLength(text);
    this.#file ??= await this.#open();
    if (this.#fileBytes > 0 && this.#fileBytes + bytes > this.#maxFileBytes) {
      await this.#file.close();
      this.#file = undefined;
      await rename(this.#path, `${this.#path}.1`);
      this.#file = await this.#open();
    }
    await this.#file.appendFile(text);
    this.#fileBytes += bytes;
  }

  async #open(): Promise<FileHandle> {
    const file = await open(this.#path, 'a', OWNER_ONLY);
    this.#fileBytes = (await file.stat()).size;
    return file;
  }
}
