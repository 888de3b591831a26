// Discord voice to text, with the streams of prism-media: `npm install discord.js @discordjs/voice prism-media opusscript`.
// `receiver` is that of a voice connection; what a person says becomes sentences as it is said.
import prism from 'prism-media';
import { openSession } from '@flow-asr/n8n-nodes-realtime-asr';

/** Discord sends Opus packets of 20 ms, of 48 kHz and two channels. */
const RATE_HZ = 48_000;
const CHANNELS = 2;

export function transcribeVoice(receiver, userId, onSentence) {
  const session = openSession({ apiKey: process.env.DASHSCOPE_API_KEY, language: 'en' });
  session.on('final', ({ text }) => onSentence(text));
  const packets = receiver.subscribe(userId);
  const pcm = packets.pipe(new prism.opus.Decoder({ rate: RATE_HZ, channels: CHANNELS, frameSize: 960 }));
  return append(session, pcm);
}

/** `for await` takes no more than the session does, which holds the stream back. */
async function append(session, pcm) {
  for await (const chunk of pcm) await session.append(chunk, { rate: RATE_HZ, channels: CHANNELS });
  return session.finish();
}
