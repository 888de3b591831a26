import assert from 'node:assert/strict';
import { JFK_PCM, assertSaysJfk, toTelephone } from '../support/jfk';
import { ServiceBench } from '../support/local-service';
import { paced } from '../support/paced';
import { at, type Frame, type RawClient } from '../support/raw-client';
import { finishTask, INFERENCE, runTask } from '../support/run-task-frames';
import { silence, wav } from '../support/scripted-audio';

/** Of the recording. */
const FIRST_WORDS_MS = 1500;

describe('local service: run-task with the recogniser', function () {
  // Fetches about 70 MB at first use.
  this.timeout(180_000);
  const bench = new ServiceBench();

  async function recognise(
    audio: Buffer,
    chunkBytes: number,
    parameters: Frame,
    model?: string,
    bytesBeforeInterim = 0,
  ): Promise<RawClient> {
    const client = await bench.connect(await bench.start({ engine: 'recogniser' }), INFERENCE);
    client.send(runTask('task-1', parameters, model));
    await client.next('task-started');
    const speak = async (from: number, to: number) => {
      for await (const chunk of paced(audio.subarray(from, to), chunkBytes)) client.sendBinary(chunk);
    };
    await speak(0, bytesBeforeInterim);
    // A busy machine takes its time.
    const hasText = () => sentences(client).some(({ text }) => text !== '');
    if (bytesBeforeInterim > 0) await client.until(hasText, 'an interim', 60_000);
    await speak(bytesBeforeInterim, audio.length);
    client.send(finishTask('task-1'));
    await client.next('task-finished');
    return client;
  }

  function sentences(client: RawClient): Frame[] {
    return client.of('result-generated').map((frame) => at(frame, 'payload.output.sentence') as Frame);
  }

  function assertUnderstood(client: RawClient): void {
    const text = sentences(client)
      .filter((sentence) => sentence.sentence_end)
      .map((sentence) => sentence.text)
      .join(' ');
    assertSaysJfk(text);
  }

  it('understands speech, with interims before the first final and words with growing times', async () => {
    const client = await recognise(JFK_PCM, 3_200, {}, undefined, FIRST_WORDS_MS * 32);
    assertUnderstood(client);
    const all = sentences(client);
    const firstFinal = all.findIndex((sentence) => sentence.sentence_end);
    assert.ok(all.slice(0, firstFinal).some((sentence) => sentence.text !== ''));
    for (const sentence of all.filter((each) => each.sentence_end)) {
      const words = sentence.words as { begin_time: number; end_time: number; text: string }[];
      assert.ok(words.length > 0);
      assert.ok(words[0]!.begin_time >= (sentence.begin_time as number));
      assert.ok(words.at(-1)!.end_time <= (sentence.end_time as number));
      for (const [index, word] of words.entries()) {
        assert.ok(word.begin_time < word.end_time);
        if (index > 0) assert.ok(word.begin_time >= words[index - 1]!.end_time);
      }
    }
    // Speech lasts from 0.33 s to 10.3 s.
    const finals = all.filter((each) => each.sentence_end);
    assert.ok(Math.abs((finals[0]!.begin_time as number) - 330) <= 300);
    assert.ok(Math.abs((finals.at(-1)!.end_time as number) - 10_300) <= 300);
  });

  it('understands WAV at 8 kHz', async () => {
    const audio = wav(toTelephone(JFK_PCM), 8_000);
    assertUnderstood(
      await recognise(audio, 1_600, { format: 'wav', sample_rate: 8_000 }, 'paraformer-realtime-8k-v2'),
    );
  });

  it('says that it decodes only pcm and wav', async () => {
    const client = await bench.connect(await bench.start({ engine: 'recogniser' }), INFERENCE);
    client.send(runTask('task-1', { format: 'mp3' }));
    const failed = await client.next('task-failed');
    assert.match(String(at(failed, 'header.error_message')), /only pcm and wav, not mp3/);
    await client.untilClosed();
  });

  it('answers silence with NO_VALID_AUDIO_ERROR', async () => {
    const client = await bench.connect(await bench.start({ engine: 'recogniser' }), INFERENCE);
    client.send(runTask('task-1'));
    client.sendBinary(silence(2_000));
    client.send(finishTask('task-1'));
    assert.equal(at(await client.next('task-failed'), 'header.error_code'), 'NO_VALID_AUDIO_ERROR');
  });
});
