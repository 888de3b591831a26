import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import type { AudioChunk, AudioComplaint, AudioFormatHints, CommitResult, Model } from '../../../lib';
import { NodeError } from './errors';
import type { WorkOptions } from './keyed-queue';
import { findNode } from './red';
import type { Translate } from './red';

/** Where the audio of one message goes. */
export interface AudioSink {
  readonly sampleRateHz: number;
  /** Whether other messages of the key wait behind this one. */
  othersWait: () => boolean;
  /** Resolves when the audio is accepted; awaiting it is the flow control. */
  append(chunk: AudioChunk, hints: AudioFormatHints): Promise<void>;
  /** Reports a fault of audio that was decoded before it was appended. */
  complain: (complaint: AudioComplaint) => void;
}

export interface AppendOptions extends WorkOptions {
  /** The session's key, where the audio itself says it: a track of a call. Default: what the session node reads. */
  key?: string;
}

/** What an `asr session` node does for its `append audio` and `commit` nodes. */
export interface SessionHost {
  /**
   * Calls `work` with the sink of the session that `msg` belongs to, after all earlier messages of the same key.
   * @param options `lasts` where the audio comes in its own time (a stream, or a recording played in real time), so
   * that a commit does not wait for its end; `bytes` of the audio where that is known.
   */
  append(
    msg: NodeMessageInFlow,
    options: AppendOptions,
    work: (sink: AudioSink) => Promise<void>,
  ): Promise<void>;

  /** Ends the session of this key behind all audio that it was given; resolves when its last results are there. */
  end(key: string): Promise<void>;

  /** The model that its sessions ask for. @throws AsrError `INVALID_OPTION` for an unknown one. */
  model(): Model;

  /**
   * The text of all audio since the last commit of the session that `msg` belongs to.
   * @param finish Whether the session ends with it.
   */
  commit(msg: NodeMessageInFlow, finish: boolean): Promise<CommitResult>;

  /**
   * Does what `msg.action` asks of the session that `msg` belongs to, behind all earlier audio of its key. To end a
   * sentence or a session that is over already is no error.
   */
  act(msg: NodeMessageInFlow): Promise<void>;
}

/** What a source says in a message without audio: its sentence is over, its speaker has left, or all is to be dropped. */
export const END_ACTIONS: readonly unknown[] = ['commit', 'finish', 'abort'];

export interface AsrSessionNode extends Node {
  asr: SessionHost;
}

/**
 * The chosen session node. It is looked up for each message, because a deploy may have replaced it.
 * @throws NodeError `NO_SESSION_NODE`
 */
export function findSessionHost(RED: NodeAPI, node: Node, sessionId: string): SessionHost {
  const translate: Translate = RED._;
  if (!sessionId) throw new NodeError('NO_SESSION_NODE', translate(`${node.type}.error.no-session-picked`));
  const found = findNode(RED, sessionId, isSessionNode);
  if (!found) throw new NodeError('NO_SESSION_NODE', translate(`${node.type}.error.session-missing`));
  return found.asr;
}

function isSessionNode(node: Node): node is AsrSessionNode {
  return node.type === 'asr-session' && 'asr' in node;
}
