import assert from 'node:assert/strict';
import { DecodeQueue } from '../../local-service/recogniser/decode-queue';
import { PcmInput } from '../../local-service/recogniser/pcm-input';
import { StablePrefix } from '../../local-service/recogniser/stable-prefix';
import { cleanTranscript } from '../../local-service/recogniser/text';

describe('local service: the parts of the recogniser', () => {
  it('decodes sessions in turn, finals before interims, and gives up interims that were overtaken', async () => {
    const order: number[] = [];
    const queue = new DecodeQueue((samples) => {
      order.push(samples[0]!);
      return Promise.resolve('');
    });
    const [a, b] = [{}, {}];
    const first = queue.final(a, Float32Array.of(1));
    const overtaken = queue.interim(b, () => Float32Array.of(2));
    const jobs = [
      queue.interim(b, () => Float32Array.of(3)),
      queue.final(a, Float32Array.of(4)),
      queue.final(a, Float32Array.of(5)),
      queue.final(b, Float32Array.of(6)),
    ];
    await Promise.all([first, ...jobs]);
    assert.equal(await overtaken, undefined);
    assert.deepEqual(order, [1, 6, 4, 5, 3]);
  });

  it('decodes a request that comes just as the last decode ends', async () => {
    const decoded: number[] = [];
    const queue = new DecodeQueue((samples) => {
      decoded.push(samples[0]!);
      return samples[0] === 3 ? Promise.reject(new Error('out of memory')) : Promise.resolve('text');
    });
    const owner = {};
    await queue.final(owner, Float32Array.of(1));
    await queue.interim(owner, () => Float32Array.of(2));
    await assert.rejects(queue.final(owner, Float32Array.of(3)), /out of memory/);
    const throwing = queue.interim(owner, () => {
      throw new Error('no samples');
    });
    await assert.rejects(throwing, /no samples/);
    await queue.final(owner, Float32Array.of(4));
    await queue.idle();
    assert.deepEqual(decoded, [1, 2, 3, 4]);
  });

  it('cuts varying repetition loops, and nothing that people really say twice', () => {
    assert.equal(
      cleanTranscript(
        'Press 1 to mute yourself. 5 to 10 to decrease your volume 5 to 10 to 10 to increase your volume 5 to 10 to ' +
          'decrease the volume 5 to 10 to 10 to decrease your volume 5 to 10 to increase your volume 5 to 10 to 10',
        10_000,
      ),
      'Press 1 to mute yourself. 5 to 10 to decrease your volume',
    );
    for (const text of [
      'Please leave your name and your number after the tone. Please leave your name and your number after the tone.',
      'Press 1 to record your unavailable message. Press 2 to record your busy message. Press 3 to record your name. ' +
        'Press 4 to record your temporary greeting. Press 5 to change your password.',
      'ask not what your country can do for you ask what you can do for your country my fellow citizens of the world ' +
        'ask not what America will do for you but what together we can do for the freedom of man',
      'Row, row, row your boat gently down the stream. Merrily, merrily, merrily, life is but a dream.',
    ])
      assert.equal(cleanTranscript(text, 12_000), text);
    const thrice = 'what your country can do for you ask what you can do for your country '.repeat(3).trim();
    assert.equal(cleanTranscript(thrice, 12_000), thrice);
  });

  it('cuts repetition loops and a rush of words', () => {
    assert.equal(
      cleanTranscript('ask what you ask what you ask what you ask what you can', 4_000),
      'ask what you ask what you can',
    );
    assert.equal(cleanTranscript('No, no, no!', 1_000), 'No, no, no!');
    assert.equal(cleanTranscript('a b c d e f g h i j k l m n o p', 1_000).split(' ').length, 9);
  });

  it('marks words as stable when interims agree, and never takes them back', () => {
    const prefix = new StablePrefix();
    const texts = [
      'and so my',
      'and so my fellow am',
      'and so my fellow Americans ask not',
      'and then my fellow Americans ask not',
    ];
    const interims = texts.map((text) => prefix.next(text));
    assert.deepEqual(
      interims.map(({ stable }) => stable),
      ['', '', 'and so my', 'and so my'],
    );
    assert.equal(interims[3]!.draft, ' fellow Americans ask not');
    assert.equal(prefix.settle('And, so my fellow Americans.'), 'and so my fellow Americans.');
    assert.equal(prefix.settle('so my fellow Americans.'), 'and so my fellow Americans.');
    assert.equal(prefix.settle(''), '');
  });

  it('turns 8 kHz into 16 kHz without a seam between chunks', () => {
    const ramp = Buffer.alloc(200);
    for (let index = 0; index < 100; index += 1) ramp.writeInt16LE(index * 100, index * 2);
    const whole = new PcmInput(8_000).read(ramp);
    const pieces = new PcmInput(8_000);
    const joined = [0, 33, 66, 99, 132, 165].flatMap((offset) =>
      Array.from(pieces.read(ramp.subarray(offset, offset + 33))),
    );
    joined.push(...pieces.read(ramp.subarray(198)));
    assert.deepEqual(joined, Array.from(whole));
    assert.equal(whole.length, 199);
    assert.ok(whole.every((value, index) => Math.abs(value * 32_768 - index * 50) < 0.01));
  });
});
