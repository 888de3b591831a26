/** This package as its users run it: built, with the defaults. */
import type * as Lib from '../../lib';
import type { OpenClient } from './client';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the build, not the sources that tsx translates
const { openSession } = require('../../dist/lib') as typeof Lib;

export const openOurs: OpenClient = async (address, protocol) => {
  const model = protocol === 'qwen' ? 'qwen3-asr-flash-realtime' : 'fun-asr-realtime';
  const session = openSession({ address, model });
  session.on('error', ({ error }) => {
    throw error;
  });
  await session.ready();
  return {
    send: (pcm) => void session.append(pcm),
    onText: (listener) =>
      session.on('interim', ({ text }) => {
        listener(text);
      }),
    close: () => {
      session.abort();
    },
  };
};
