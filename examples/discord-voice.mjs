// What people say in a voice channel of Discord, as sentences with their names:
//   npm install @flow-asr/n8n-nodes-realtime-asr discord.js @discordjs/voice prism-media opusscript
//   DISCORD_TOKEN=… DISCORD_CHANNEL=… DASHSCOPE_API_KEY=… node discord-voice.mjs
// Without a key it asks the local service (`npx flow-asr service`), at an address that may follow the program's name.
import process from 'node:process';
import { Client, Events, GatewayIntentBits } from 'discord.js';
import { EndBehaviorType, joinVoiceChannel } from '@discordjs/voice';
import prism from 'prism-media';
import { openSession } from '@flow-asr/n8n-nodes-realtime-asr';

const { DISCORD_TOKEN, DISCORD_CHANNEL, DASHSCOPE_API_KEY: apiKey } = process.env;
const [, , address] = process.argv;
const service = apiKey ? { apiKey } : { region: 'local', ...(address && { address }) };

/** Discord sends Opus packets of 20 ms, of 48 kHz and two channels. */
const FORMAT = { rate: 48_000, channels: 2 };
const FRAME_SAMPLES = 960;
/** A stream ends when its speaker has said nothing more for this long. */
const SILENCE_MS = 1000;

const bot = new Client({ intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildVoiceStates] });
const ready = new Promise((resolve) => bot.once(Events.ClientReady, resolve));
await bot.login(DISCORD_TOKEN);
await ready;
const channel = await bot.channels.fetch(DISCORD_CHANNEL);
const connection = joinVoiceChannel({
  guildId: channel.guild.id,
  channelId: channel.id,
  adapterCreator: channel.guild.voiceAdapterCreator,
  // A bot that is deaf hears nobody.
  selfDeaf: false,
});
connection.on('error', (error) => console.error(error.message));

const speakers = new Map();
connection.receiver.speaking.on('start', (userId) => {
  if (connection.receiver.subscriptions.has(userId)) return;
  if (!speakers.has(userId)) speakers.set(userId, new Speaker(nameOf(userId)));
  const end = { behavior: EndBehaviorType.AfterSilence, duration: SILENCE_MS };
  speakers.get(userId).hear(connection.receiver.subscribe(userId, { end }));
});

process.once('SIGINT', async () => {
  connection.destroy();
  await Promise.all([...speakers.values()].map((speaker) => speaker.finish()));
  await bot.destroy();
});

/** Each speaker has a session, which sleeps while they are silent. */
class Speaker {
  #session = openSession(service);
  /** The next stream is heard when this one has been. */
  #heard = Promise.resolve();

  constructor(name) {
    this.#session.on('final', ({ text }) => console.log(`${name}: ${text}`));
    this.#session.on('error', (error) => console.error(`${name}: ${error.message}`));
  }

  hear(packets) {
    const pcm = new prism.opus.Decoder({ ...FORMAT, frameSize: FRAME_SAMPLES });
    // Not piped: a stream that is held back could not end in time for the next words of the same person.
    packets.on('data', (packet) => pcm.write(packet));
    packets.once('end', () => pcm.end());
    packets.once('error', (error) => pcm.destroy(error));
    this.#heard = this.#heard.then(() => this.#append(pcm)).catch((error) => console.error(error.message));
  }

  /** `for await` takes no more than the session does, which holds the stream back. */
  async #append(pcm) {
    for await (const chunk of pcm) await this.#session.append(chunk, FORMAT);
    // Discord sends nothing while nobody speaks, so silence ends no sentence.
    await this.#session.commit();
  }

  async finish() {
    await this.#heard;
    await this.#session.finish();
  }
}

function nameOf(userId) {
  return channel.guild.members.cache.get(userId)?.user.username ?? userId;
}
