import { handled, rejected } from '../base/promises';
import { AsrError } from '../vocabulary/errors';
import { parameterOrDefault } from '../vocabulary/models';
import type { SessionConfig } from './config';
import { logCommit } from './events/log-events';
import type { ServiceLink } from './link/service-link';
import type { CommitResult } from './options';
import type { Recognition } from './results/recognition';
import type { AudioInput } from './send/audio-input';
import type { Sender } from './send/sender';

/**
 * Silence that is sent in addition to the configured one, so that the service surely detects the end of the sentence.
 */
const SILENCE_MARGIN_MS = 400;

export interface CommitParts {
  config: SessionConfig;
  input: AudioInput;
  sender: Sender;
  link: ServiceLink;
  recognition: Recognition;
}

/**
 * Ends the open sentence behind all audio given so far. Where the service has a commit command, that is sent;
 * otherwise the client sends the silence that the service's voice activity detection waits for.
 */
export function commit({ config, input, sender, link, recognition }: CommitParts): Promise<CommitResult> {
  const { model, mode, wireFormat, log, environment } = config;
  if (model.protocol === 'qwen-realtime' && mode === 'vad' && wireFormat !== 'pcm') {
    return rejected(formatWithoutSilenceError(wireFormat));
  }
  if (!input.hasUncommitted) {
    // Where audio came that the voice gate did not let pass, nobody has spoken.
    if (mode === 'manual' && !input.hasTaken) return rejected(emptyCommitError());
    input.committed();
    return Promise.resolve({ text: '', finals: [] });
  }
  input.committed();
  const { commits } = recognition;
  const { commit: pending, result } = commits.add();
  const send = () => {
    const { positionMs } = sender;
    const { protocol } = link;
    const bySilence = protocol?.commitBy === 'silence';
    if (bySilence)
      sender.sendSilence(parameterOrDefault(model, config.parameters, 'silenceMs') + SILENCE_MARGIN_MS);
    else link.commit();
    recognition.commitSent(pending, positionMs, bySilence);
    if (bySilence) {
      link.confirm(() => {
        commits.arrived(pending);
      });
    }
    if (log) logCommit(log, environment.clock, { atMs: Math.round(positionMs), bySilence }, result);
    // While the session sleeps, the service has already given all results.
    if (!protocol) commits.settleSent();
  };
  link.inTurn({ run: send, isAnswered: () => !commits.isPending(pending) });
  return handled(result);
}

function emptyCommitError(): AsrError {
  const message = 'There is nothing to commit: no audio was appended since the last commit.';
  return new AsrError('COMMIT_EMPTY', message);
}

/** Silence can only be written as PCM, and a commit in mode `vad` is made of silence. */
function formatWithoutSilenceError(wireFormat: string): AsrError {
  const message = `In mode "vad" a commit needs audio that goes out as pcm; here it is ${wireFormat}. Use mode "manual", or finish the session.`;
  return new AsrError('COMMIT_FAILED', message);
}
