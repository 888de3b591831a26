import type { Node } from 'node-red';
import type { Status } from '../shared/status';

/** The settings of a `microphone` node, as the editor stores them. */
export interface MicrophoneSettings {
  kind?: MicrophoneKind;
  /** Whether it starts with the flow; else a message with `msg.action` starts it. Default true. */
  autostart?: boolean;
  /** Of the audio that is sent on. */
  sampleRate?: string | number;
  /** The recorder's name of a device. Empty: the one that the system has chosen. */
  device?: string;
  recorder?: string;
}

export type MicrophoneKind = 'computer';

/** A microphone that is open, until it is stopped. */
export interface Microphone {
  /** Ends the session of whoever spoke; resolves when nothing of the microphone is left. */
  stop: () => Promise<void>;
  /** The same for a flow that is deployed again, in which nobody is there for a message. */
  close: () => Promise<void>;
}

/** What a microphone works with. */
export interface MicrophoneOptions {
  node: Node;
  status: Status;
  settings: MicrophoneSettings;
}
