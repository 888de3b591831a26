import assert from 'node:assert/strict';
import WebSocket from 'ws';
import type { SessionOptions } from '../../../lib';
import { callsSource } from '../../../lib/live/sources/calls';
import { freePort } from '../../support/live-audio';
import { useListening } from '../../support/listening-rig';
import { silence } from '../../support/scripted-audio';
import { untilStill } from '../../support/until-still';
import { waitUntil } from '../../support/wait-until';

const RATE_HZ = 8000;
const MESSAGE_MS = 4000;
const MESSAGE = silence(MESSAGE_MS, RATE_HZ);
/** 16 MB of audio, more than the system itself keeps for a connection. */
const MANY_MESSAGES = 250;
const HELD_MS = 1000;
/** The session sends a second at once, and then as much as time has passed. */
const SLOW: SessionOptions = { pace: { burstMs: 1000, multiple: 1 }, maxHeldAudioMs: HELD_MS };

describe('a call whose audio comes faster than its session takes it', function () {
  this.timeout(60_000);
  const calls: WebSocket[] = [];
  // Runs first, so that no call sees its server close.
  afterEach(() => {
    for (const call of calls.splice(0)) call.terminate();
  });
  const { rig, listen } = useListening();

  /** Sends the audio of a long call at once. */
  async function call(messages: number, options: SessionOptions) {
    await rig.serve({ utterances: [] });
    const port = await freePort();
    const source = callsSource({ host: '127.0.0.1', port, maxSenders: 2, idleMs: 60_000 });
    const heard = listen(source, options);
    await heard.listening.start();
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`);
    calls.push(ws);
    await new Promise((resolve, reject) => {
      ws.once('open', resolve).once('error', reject);
    });
    ws.send('{"sampleRate":8000,"callSid":"c1"}');
    for (let count = 0; count < messages; count += 1) ws.send(MESSAGE);
    const dropped = (): string[] =>
      heard.events.flatMap(([event]) =>
        event.type === 'warning' && event.code === 'AUDIO_DROPPED' ? [event.message] : [],
      );
    return { ...heard, ws, dropped };
  }

  it('makes its sender wait instead of keeping it all, and drops nothing', async () => {
    const { ws, dropped, warnings } = await call(MANY_MESSAGES, SLOW);
    await untilStill(() => ws.bufferedAmount, 'the sender to wait');
    assert.ok(ws.bufferedAmount > 0, 'The server has taken everything.');
    assert.equal(ws.readyState, WebSocket.OPEN);
    assert.deepEqual([...dropped(), ...warnings], []);
  });

  it('drops its oldest audio where that is chosen, says how much, and ends with the call', async () => {
    const { ws, events, dropped } = await call(50, { ...SLOW, overload: 'dropOldest' });
    ws.close();
    const ends = () => events.flatMap(([event]) => (event.type === 'finished' ? [event.statistics] : []));
    await waitUntil(() => ends().length > 0, 'the end of the call', 30_000);
    const [{ audioInMs, audioSentMs, audioLostMs } = assert.fail()] = ends();
    assert.equal(audioInMs, 50 * MESSAGE_MS);
    assert.equal(audioSentMs + audioLostMs, audioInMs);
    assert.ok(audioLostMs > audioInMs / 2, String(audioLostMs));
    const told = dropped().reduce((sum, message) => sum + Number.parseInt(message), 0);
    // Each warning rounds to a millisecond.
    assert.ok(Math.abs(told - audioLostMs) <= dropped().length, `${told} of ${audioLostMs} ms`);
  });
});
