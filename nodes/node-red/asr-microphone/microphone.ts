import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import type { LimitRange } from '../shared/limits';
import type { Status } from '../shared/status';
import type { Doors } from './doors';

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
  /** Of the page, below the root that Node-RED has for nodes. */
  path?: string;
  maxBrowsers?: string | number;
}

export type MicrophoneKind = 'computer' | 'browser';

/** Kept with Node-RED's credentials, because flows are exported. */
export interface MicrophoneSecrets {
  token?: string;
}

export const DEFAULT_PATH = '/microphone';

export const MICROPHONE_LIMITS = {
  /** Pages that may be connected at the same time. */
  maxBrowsers: { min: 1, max: 1000, default: 10 },
} as const satisfies Record<string, LimitRange>;

/** A microphone that is open, until it is stopped. */
export interface Microphone {
  /** Takes a result of a session, or an error, for whoever it is of. */
  hear?: (msg: NodeMessageInFlow) => void;
  /** Ends the session of whoever spoke; resolves when nothing of the microphone is left. */
  stop: () => Promise<void>;
  /** The same for a flow that is deployed again, in which nobody is there for a message. */
  close: () => Promise<void>;
}

/** What a microphone works with. */
export interface MicrophoneOptions {
  RED: NodeAPI;
  node: Node<MicrophoneSecrets>;
  status: Status;
  settings: MicrophoneSettings;
  /** Of all microphones of this Node-RED. */
  doors: Doors;
  /** How often connections have to give a sign of life. Default 15 s. */
  checkEveryMs?: number;
  /** How long a page may be without its connection. Default 10 s. */
  comesBackWithinMs?: number;
}
