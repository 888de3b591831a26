/** What all measured clients can do; the rest of their abilities is not used. */
export interface Client {
  /** Sends 100 ms of audio; the bytes may be used again after it returned. */
  send: (pcm: Buffer) => void;
  /** Calls `listener` with the text of every interim. */
  onText: (listener: (text: string) => void) => void;
  close: () => void;
}

export type WireProtocol = 'qwen' | 'run-task';

/** Resolves once audio may be sent. */
export type OpenClient = (url: string, protocol: WireProtocol) => Promise<Client>;
