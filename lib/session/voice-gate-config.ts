import { excerpt } from '../base/excerpt';
import { invalid, ranged } from '../vocabulary/checks';
import { parameterOrDefault } from '../vocabulary/models';
import type { Model, SessionMode, WireFormat } from '../vocabulary/models';
import type { ModelParameters } from '../vocabulary/parameters';

/** What the voice gate lets pass, and when it opens and closes. */
export interface VoiceGateOptions {
  /**
   * `all` audio is sent, or only `speech`, which includes other sounds that change as a voice does, such as music.
   * Default `all`.
   */
  send?: 'all' | 'speech';
  /**
   * How long after the last speech audio is still sent, 500 to 60000. It is never less than the silence that ends a
   * sentence and 400 ms more. While the service has a sentence open, up to 10 s are sent. Default: 2000, or the
   * silence that ends a sentence and 1000 ms more if that is longer.
   */
  closeAfterMs?: number;
  /** How much audio before the speech is sent with it, 500 to 10000. Default 1500. */
  leadMs?: number;
}

/** The least silence behind speech in which the service surely detects the end of the sentence. */
const LEAST_MARGIN_MS = 400;
const MARGIN_MS = 1000;
const SENT: readonly string[] = ['all', 'speech'];
const CLOSE_AFTER_MS = 2000;
const LEAD_MS = 1500;

/** How long the gate stays open behind speech, and how much passes before it. */
export type GateTiming = Required<Pick<VoiceGateOptions, 'closeAfterMs' | 'leadMs'>>;

/** The parts of the session that the gate has to know. */
interface GatedSession {
  model: Model;
  mode: SessionMode;
  wireFormat: WireFormat;
  parameters: ModelParameters;
}

/** @throws AsrError `INVALID_OPTION` */
export function checkVoiceGate(
  { send = 'all', closeAfterMs, leadMs }: VoiceGateOptions,
  { model, mode, wireFormat, parameters }: GatedSession,
): GateTiming | undefined {
  if (!SENT.includes(send))
    throw invalid('voiceGate.send', `Expected \`voiceGate.send\` to be all or speech, got ${excerpt(send)}.`);
  const silenceMs = mode === 'vad' ? parameterOrDefault(model, parameters, 'silenceMs') : 0;
  const defaultMs = Math.max(CLOSE_AFTER_MS, silenceMs + MARGIN_MS);
  const asked = ranged('voiceGate.closeAfterMs', closeAfterMs, 500, 60_000, defaultMs);
  const timing = {
    closeAfterMs: Math.max(asked, silenceMs + LEAST_MARGIN_MS),
    leadMs: ranged('voiceGate.leadMs', leadMs, 500, 10_000, LEAD_MS),
  };
  if (send === 'all') return undefined;
  if (wireFormat === 'pcm') return timing;
  throw invalid(
    'voiceGate.send',
    `\`voiceGate.send\` "speech" has to hear the audio; ${wireFormat} is sent as it is. Use the wire format "pcm".`,
  );
}
