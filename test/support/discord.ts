import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../hosts/support/packed';
import { ffmpegPath, fixture } from './audio-fixtures';
import { JFK_TEXT } from './jfk';
import { oggPackets } from './opus-containers';

const ROOT = path.join(__dirname, '../..');
const FIXTURES = path.join(ROOT, 'test/fixtures');
/** Discord's voice: packets of 20 ms. */
const OPUS = '-c:a libopus -ar 48000 -ac 2 -f ogg';
/** The speaker pauses behind “And so, my fellow Americans”. */
const FIRST_PAUSE_PACKETS = 165;

/** Who is in the voice channel, and what each of them says. */
export const SPEAKERS = [
  { id: '1001', username: 'kennedy', said: JFK_TEXT },
  {
    id: '1002',
    username: 'caller',
    // The recogniser does not know the name Meyerhofer.
    said: 'Please connect me with Mr. Mayor Hofer in the sales department.',
  },
] as const;

/** What discord.js and @discordjs/voice are to a bot, without a Discord, and the real prism-media. */
export const DISCORD_PACKAGES: Readonly<Record<string, string>> = {
  'discord.js': path.join(FIXTURES, 'discord/discord.js'),
  '@discordjs/voice': path.join(FIXTURES, 'discord/voice'),
  'prism-media': path.join(ROOT, 'node_modules/prism-media'),
  opusscript: path.join(ROOT, 'node_modules/opusscript'),
};

/** The environment of a bot in the channel. */
export function discordEnvironment(): Record<string, string> {
  const [kennedy, caller] = SPEAKERS;
  const speech = packetsOf(fixture('discord.ogg', OPUS));
  const people = [
    {
      ...kennedy,
      speeches: [speech.slice(0, FIRST_PAUSE_PACKETS), speech.slice(FIRST_PAUSE_PACKETS)],
    },
    { ...caller, speeches: [packetsOf(opusOf(path.join(FIXTURES, 'meyerhofer.wav')))] },
  ];
  const file = path.join(temporaryFolder(), 'voice.json');
  writeFileSync(file, JSON.stringify(people));
  return { DISCORD_TOKEN: 'a-token', DISCORD_CHANNEL: '42', FLOW_ASR_TEST_VOICE: file };
}

function opusOf(file: string): Buffer {
  return execFileSync(ffmpegPath(), ['-v', 'error', '-i', file, ...OPUS.split(' '), '-']);
}

function packetsOf(ogg: Uint8Array): string[] {
  const [, , ...packets] = oggPackets(ogg);
  return packets.map((packet) => Buffer.from(packet).toString('base64'));
}
