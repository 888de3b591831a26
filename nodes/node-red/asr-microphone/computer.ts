import { createSource } from '../../../lib/hosts';
import { audioMessage, endMessage } from '../shared/audio-out';
import { readNumber } from '../shared/limits';
import { SourcePlayer } from '../shared/source-player';
import { LevelBadge } from './level-badge';
import type { Microphone, MicrophoneOptions } from './microphone';

const RATE_HZ = 16_000;

/**
 * Opens the microphone of the computer that Node-RED runs on. It is recorded again whenever its recorder ends, and
 * heard again when its device is back.
 * @throws AsrError `INVALID_OPTION`
 */
export function openComputerMicrophone({ node, status, settings }: MicrophoneOptions): Microphone {
  const rateHz = readNumber(settings.sampleRate) ?? RATE_HZ;
  const { device, recorder } = settings;
  const source = createSource('microphone', { device, recorder }, { rateHz });
  const level = new LevelBadge(status);
  let hasSent = false;
  let isClosed = false;
  const end = (what: 'commit' | 'finish'): void => {
    if (hasSent && !isClosed) node.send(endMessage(what, source.name));
  };
  const player = new SourcePlayer({
    node,
    status,
    source,
    rateHz,
    showAudio: (pcm) => {
      level.add(pcm);
    },
    onAudio: (pcm) => {
      hasSent = true;
      node.send(audioMessage(pcm, rateHz, source.name));
    },
    onEnd: end,
  });
  player.start();
  return {
    stop: async () => {
      await player.stop();
      // Nobody speaks any more, so the session need not wait for its idle time.
      end('finish');
    },
    close: () => {
      isClosed = true;
      return player.stop();
    },
  };
}
