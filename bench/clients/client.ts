/** The abilities that all measured clients share. */
export interface Client {
  /** Sends 100 ms of audio. The caller may use the memory again afterwards. */
  send: (pcm: Buffer) => void;
  /** Calls `listener` with the text of every interim. */
  onText: (listener: (text: string) => void) => void;
  close: () => void;
}

export type WireProtocol = 'qwen' | 'run-task';

/** Resolves once audio may be sent. */
export type OpenClient = (url: string, protocol: WireProtocol) => Promise<Client>;
