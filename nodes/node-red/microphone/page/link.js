/* global WebSocket */
// The WebSocket to the flow: audio as binary frames, actions as JSON, events of the session back as JSON. Comes back by
// itself; what is said meanwhile is held, up to a bound.
const BYTES_PER_MS = 32;
const MAX_HELD_MS = 30_000;
// What the browser may have in its own hands: beyond it, the network is slower than speech.
const MAX_BUFFERED_BYTES = 5_000 * BYTES_PER_MS;
// Node-RED leaves a socket open, and silent, that no node listens to.
const CONNECT_WITHIN_MS = 5_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;
const DRAIN_EVERY_MS = 200;

export class Link {
  #url;
  #handlers;
  #socket;
  #timer;
  #draining;
  #attempts = 0;
  #held = [];
  #heldBytes = 0;

  /**
   * @param handlers `onState(state)`: `connecting`, `open`, `lost`; `onEvent(event)`; `onDropped(ms)`: audio that was
   * too old to be held any longer
   */
  constructor(url, handlers) {
    this.#url = url;
    this.#handlers = handlers;
    this.#connect();
  }

  /** Sends 16-bit PCM, now or as soon as there is a way. */
  sendAudio(pcm) {
    this.#heldBytes += pcm.byteLength;
    this.#held.push(pcm);
    let droppedBytes = 0;
    while (this.#heldBytes > MAX_HELD_MS * BYTES_PER_MS) {
      const oldest = this.#held.findIndex((frame) => typeof frame !== 'string');
      const [dropped] = this.#held.splice(oldest, 1);
      this.#heldBytes -= dropped.byteLength;
      droppedBytes += dropped.byteLength;
    }
    if (droppedBytes > 0) this.#handlers.onDropped(droppedBytes / BYTES_PER_MS);
    this.#drain();
  }

  /** @param action `commit` or `finish` */
  act(action) {
    this.#held.push(JSON.stringify({ action }));
    this.#drain();
  }

  #connect() {
    this.#handlers.onState('connecting');
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    this.#timer = setTimeout(() => this.#onGone(socket), CONNECT_WITHIN_MS);
    socket.onopen = () => {
      clearTimeout(this.#timer);
      this.#attempts = 0;
      this.#handlers.onState('open');
      this.#drain();
    };
    socket.onmessage = ({ data }) => this.#onMessage(data);
    socket.onclose = () => this.#onGone(socket);
  }

  #onMessage(data) {
    let event;
    try {
      event = JSON.parse(data);
    } catch {
      // A flow may send anything to this socket.
      return;
    }
    if (typeof event?.type === 'string') this.#handlers.onEvent(event);
  }

  #onGone(socket) {
    if (socket !== this.#socket) return;
    clearTimeout(this.#timer);
    this.#socket = undefined;
    socket.close();
    this.#handlers.onState('lost');
    const longest = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempts);
    this.#attempts += 1;
    this.#timer = setTimeout(() => this.#connect(), longest * (0.5 + Math.random() / 2));
  }

  #drain() {
    clearTimeout(this.#draining);
    const socket = this.#socket;
    while (this.#held.length > 0) {
      if (socket?.readyState !== WebSocket.OPEN) return;
      if (socket.bufferedAmount > MAX_BUFFERED_BYTES) {
        this.#draining = setTimeout(() => this.#drain(), DRAIN_EVERY_MS);
        return;
      }
      const frame = this.#held.shift();
      if (typeof frame !== 'string') this.#heldBytes -= frame.byteLength;
      socket.send(frame);
    }
  }
}
