import assert from 'node:assert/strict';
import { findProgram } from '../../../lib/base/find-program';
import { feedSamples } from '../../../lib/live/feed-samples';
import { Following } from '../../../lib/live/following';
import { computerMicrophone } from '../../../lib/live/sources/computer-microphone';
import type { Recorder } from '../../../lib/live/sources/kinds';
import { listMicrophones } from '../../../lib/live/sources/list-microphones';
import type { StreamSource } from '../../../lib/live/sources/source';
import { withEnvironment } from '../../support/environment';
import { findRecording, Utterance } from '../../support/find-recording';
import { JFK_PCM } from '../../support/jfk';
import { leaveNothingOpen } from '../../support/open-resources';
import { SoundServer } from '../../support/sound-server';
import { waitUntil } from '../../support/wait-until';

const RATE_HZ = 16_000;
/** The first words of the recording: And so, my fellow Americans. */
const SAID = JFK_PCM.subarray(0, 2.5 * RATE_HZ * 2);
/** ffmpeg records at another rate, and brings the samples back to ours. */
const LEAST_LIKENESS = 0.99;
const BACKOFF = { baseMs: 50, maxMs: 250 };
const WITHIN_MS = 50_000;
const DESK = 'desk_microphone';
const USB = 'alsa_input.usb-046d_0825-02.mono-fallback';

/** Follows a source as a host does, and keeps all that it hears. */
class Recorded {
  readonly warnings: string[] = [];
  readonly failures: Error[] = [];
  readonly #following: Following;
  #chunks: Buffer[] = [];
  #utterance = new Utterance();

  constructor(source: StreamSource) {
    this.#following = new Following({
      source,
      play: async (feed, heard) => {
        const options = { rateHz: RATE_HZ, signal: this.#following.ending };
        for await (const pcm of feedSamples(feed, options)) {
          heard();
          this.#chunks.push(Buffer.from(pcm));
          this.#utterance.hear(pcm);
        }
      },
      onFailure: (error) => this.failures.push(error),
      onWarning: (message) => this.warnings.push(message),
      backoff: BACKOFF,
    });
  }

  start(): Promise<void> {
    return this.#following.start();
  }

  close(): Promise<void> {
    return this.#following.close();
  }

  /** Waits until something was said and is over, and fails unless it was just that. */
  async assertHeard(said: Buffer): Promise<void> {
    await waitUntil(() => this.#utterance.isOver, 'what was said', WITHIN_MS);
    const { at, likeness } = findRecording(Buffer.concat(this.#chunks), said);
    assert.ok(likeness >= LEAST_LIKENESS, `${likeness} alike at ${at}`);
    this.#chunks = [];
    this.#utterance = new Utterance();
  }
}

describe('a real sound device', function () {
  this.timeout(150_000);
  let server: SoundServer | undefined;
  let recorded: Recorded | undefined;

  before(async function () {
    server = await SoundServer.start(this);
  });

  afterEach(async () => {
    await recorded?.close();
    recorded = undefined;
    await server?.unplugAll();
  });

  leaveNothingOpen();

  after(() => server?.close());

  /** Runs with the test's own sound server in the place of the computer's. */
  function withSound(task: (server: SoundServer) => Promise<void>): Promise<void> {
    assert.ok(server);
    const own = server;
    return withEnvironment(own.environment, () => task(own));
  }

  async function record(recorder: Recorder, device = ''): Promise<Recorded> {
    recorded = new Recorded(computerMicrophone({ recorder, device, rateHz: RATE_HZ }));
    await recorded.start();
    return recorded;
  }

  const DEVICES = [
    ['parec', ''],
    ['arecord', ''],
    ['ffmpeg', DESK],
    ['sox', ''],
  ] as const;
  for (const [recorder, device] of DEVICES) {
    const name = device || 'the chosen device';
    it(`is recorded from ${name} by ${recorder}, unplugged, plugged in again and recorded on`, async function () {
      if (recorder === 'sox' && !(await findProgram('sox'))) this.skip();
      await withSound(async (sound) => {
        const first = await sound.plugIn(DESK);
        const recording = await record(recorder, device);
        first.say(SAID);
        await recording.assertHeard(SAID);
        await first.unplug();
        await waitUntil(() => recording.warnings.length > 0, 'the loss', WITHIN_MS);
        const second = await sound.plugIn(DESK);
        await waitUntil(() => recording.warnings.length > 1, 'the return', WITHIN_MS);
        second.say(SAID);
        await recording.assertHeard(SAID);
        assert.match(recording.warnings[0]!, /Attempt 1 in/);
        assert.match(recording.warnings[1]!, /is back at attempt/);
        assert.equal(recording.warnings.length, 2, recording.warnings.join('\n'));
        assert.deepEqual(recording.failures, []);
      });
    });
  }

  it('is listed by the name under which it is recorded, and no longer when it was unplugged', async () => {
    await withSound(async (sound) => {
      const desk = await sound.plugIn(DESK);
      const usb = await sound.plugIn(USB, 44_100);
      const names = async (): Promise<string[]> => {
        const listed = await listMicrophones();
        return listed.filter(({ recorder }) => recorder === 'parec').map(({ device }) => device);
      };
      assert.deepEqual((await names()).sort(), [USB, DESK].sort());
      const recording = await record('parec', DESK);
      usb.say(SAID.subarray(0, SAID.length / 2));
      desk.say(SAID);
      await recording.assertHeard(SAID);
      await usb.unplug();
      assert.deepEqual(await names(), [DESK]);
    });
  });

  it('is recorded by each of the devices that the list offers', async () => {
    await withSound(async (sound) => {
      const desk = await sound.plugIn(DESK);
      const offered = (await listMicrophones()).filter(
        // This machine may have others beside it.
        ({ device }) => !/^(plughw|pipewire)/.test(device),
      );
      assert.deepEqual(
        offered.map(({ recorder, device }) => `${recorder} ${device}`),
        [`parec ${DESK}`, 'arecord default', 'arecord pulse'],
      );
      for (const { recorder, device } of offered) {
        const recording = await record(recorder, device);
        desk.say(SAID);
        await recording.assertHeard(SAID);
        await recording.close();
      }
    });
  });

  it('that is not there is waited for, and says which programs have tried', async () => {
    await withSound(async () => {
      const source = computerMicrophone({ device: USB, rateHz: RATE_HZ });
      await assert.rejects(source.connect(new AbortController().signal), ({ message }: Error) => {
        return (
          message.includes(`The microphone ${USB} cannot be recorded. parec: `) &&
          message.includes('ffmpeg: ')
        );
      });
    });
  });
});
