// What goes to the flow, in order. The flow tells how many frames it has had; what it has not had when a connection
// breaks is sent again on the next one.

interface Entry {
  frame: ArrayBuffer | string;
  /** Its number, counted from the page's first frame; `undefined` until it is sent on this connection. */
  number?: number;
}

export class Outbox {
  readonly #maxBytes: number;
  #entries: Entry[] = [];
  /** How many of them are sent, and not known to have arrived. */
  #sent = 0;
  #nextNumber = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @returns How many bytes of audio had to be dropped that were never sent, because they were the oldest. */
  push(frame: ArrayBuffer | string): number {
    this.#entries.push({ frame });
    if (typeof frame !== 'string') this.#bytes += frame.byteLength;
    let droppedBytes = 0;
    while (this.#bytes > this.#maxBytes) {
      // Actions are kept, because a lost commit would leave its sentence open.
      const oldest = this.#entries.findIndex((entry) => typeof entry.frame !== 'string');
      const isSent = oldest < this.#sent;
      const bytes = this.#remove(oldest);
      if (!isSent) droppedBytes += bytes;
    }
    return droppedBytes;
  }

  /** A connection has begun, to a flow that has had this many frames of the page. */
  begin(frames: number): void {
    this.had(frames);
    for (const entry of this.#entries) delete entry.number;
    this.#sent = 0;
    this.#nextNumber = frames;
  }

  /** The flow has had this many frames of the page. */
  had(frames: number): void {
    for (let first = this.#entries[0]; first; first = this.#entries[0]) {
      if (first.number === undefined || first.number >= frames) return;
      this.#remove(0);
    }
  }

  /** The next frame to be sent. */
  next(): ArrayBuffer | string | undefined {
    const entry = this.#entries[this.#sent];
    if (!entry) return undefined;
    entry.number = this.#nextNumber;
    this.#nextNumber += 1;
    this.#sent += 1;
    return entry.frame;
  }

  /** @returns How many bytes of audio that frees. */
  #remove(index: number): number {
    const [removed] = this.#entries.splice(index, 1);
    if (index < this.#sent) this.#sent -= 1;
    const bytes = typeof removed?.frame === 'object' ? removed.frame.byteLength : 0;
    this.#bytes -= bytes;
    return bytes;
  }
}
