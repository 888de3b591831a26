import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { LocalService } from '../../local-service/index';
import { fixture } from '../support/audio-fixtures';
import { appendNodes, errorOf, Flow, helper, observers, onCall } from '../support/node-red';
import { startSessionFlow, useService } from '../support/node-red-service';
import { oggPackets } from '../support/opus-containers';
import { quickestMs } from '../support/quickest';
import { silence, wav } from '../support/scripted-audio';
import { untilStill } from '../support/until-still';
import { waitUntil } from '../support/wait-until';

/** PCM whose samples hold the number of the piece. */
function piece(sample: number, ms = 100): Buffer {
  const pcm = silence(ms);
  for (let at = 0; at < pcm.length; at += 2) pcm.writeInt16LE(sample, at);
  return pcm;
}

describe('append audio', () => {
  const rig = useService();
  let service: LocalService;
  let folder: string;

  function start(session: object = {}, append: object = {}): Promise<Flow> {
    return startSessionFlow(service, { session, append });
  }

  function audioOf(index: number): Buffer {
    return Buffer.concat(service.sessions[index]?.audio ?? []);
  }

  async function heard(expected: Buffer, index = 0): Promise<void> {
    await waitUntil(() => audioOf(index).length >= expected.length, 'the audio to arrive');
    assert.ok(audioOf(index).equals(expected));
  }

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'flow-asr-'));
    service = await rig.serve({ utterances: [] }, { keepAudio: true });
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  describe('takes', () => {
    const pcm = piece(7);
    const samples = new Int16Array(new Uint8Array(pcm).buffer);
    const sources: Record<string, () => unknown> = {
      'a Buffer': () => pcm,
      'an Int16Array': () => samples,
      'an ArrayBuffer': () => samples.buffer,
      'a WAV in a Buffer': () => wav(pcm),
      base64: () => pcm.toString('base64'),
      'a data URL': () => `data:audio/wav;base64,${wav(pcm).toString('base64')}`,
      'a readable stream': () => {
        const stream = new PassThrough();
        stream.end(pcm);
        return stream;
      },
      'a file path': () => {
        const file = path.join(folder, 'recording.wav');
        writeFileSync(file, wav(pcm));
        return file;
      },
    };
    for (const [name, make] of Object.entries(sources)) {
      it(`${name}, and passes the message on when it is accepted`, async () => {
        const flow = await start({}, name === 'a file path' ? { strings: 'file' } : {});
        const payload = make();
        flow.send('append', { payload, _msgid: 'm1', topic: 't', res: 'kept' });
        const msg = await flow.message('appended');
        assert.equal(msg.payload, payload);
        assert.deepEqual([msg._msgid, msg.topic, msg.res], ['m1', 't', 'kept']);
        assert.equal((await flow.message('completed'))._msgid, 'm1');
        await heard(pcm);
      });
    }
  });

  it('reads a stream of Opus packets, such as Discord’s, by the encoding in the message', async () => {
    const flow = await start();
    const [, , ...packets] = oggPackets(fixture('packets.ogg', '-c:a libopus -ar 48000 -ac 2 -t 2'));
    flow.send('append', { payload: Readable.from(packets), encoding: 'opus', topic: 'speaker' });
    await flow.message('appended');
    const expected = packets.length * 640;
    await waitUntil(() => audioOf(0).length >= expected - 640, 'the audio');
    assert.ok(audioOf(0).length <= expected, `${audioOf(0).length} of ${expected} bytes`);
  });

  it('reads the configured property', async () => {
    const flow = await start({}, { property: 'voice.data' });
    flow.send('append', { voice: { data: piece(3) }, payload: 'not this' });
    await heard(piece(3));
  });

  it('converts raw audio by the encoding and rate in the message', async () => {
    const flow = await start();
    const stereo = Buffer.from(new Int16Array(2 * 44_100).fill(1000).buffer);
    const hints = { rate: '44100', channels: 2, bits: 16, encoding: 'signed-integer' };
    flow.send('append', { payload: stereo, ...hints });
    await flow.message('appended');
    await waitUntil(() => audioOf(0).length > 31_000, 'the audio');
    const middle = audioOf(0).subarray(2000, 30_000);
    for (let at = 0; at < middle.length; at += 2) {
      assert.ok(Math.abs(middle.readInt16LE(at) - 1000) < 2, `${middle.readInt16LE(at)} at ${at}`);
    }
  });

  it('refuses values that cannot be audio, and names what arrived', async () => {
    const flow = await start();
    flow.send('append', { payload: piece(1), rate: '44100', encoding: 'mp7' });
    const error = errorOf(await flow.message('caught'));
    assert.equal(error.code, 'BAD_AUDIO');
    assert.match(error.message, /mp7/);
  });

  it('names what it found where no audio is', async () => {
    const flow = await start();
    for (const payload of [{ some: 'object' }, undefined, '', 42]) flow.send('append', { payload });
    const caught = await flow.messages('caught', 4);
    const messages = caught.map((msg) => errorOf(msg).message);
    assert.deepEqual(
      messages.map((message) => /found: (\S+)\./.exec(message)?.[1]),
      ['object', 'undefined', '""', 'number'],
    );
    assert.equal(service.sessions.length, 0);
  });

  it('opens no session for a file that is missing', async () => {
    const flow = await start({}, { strings: 'file' });
    flow.send('append', { payload: path.join(folder, 'missing.wav') });
    assert.equal(errorOf(await flow.message('caught')).code, 'BAD_AUDIO');
    assert.equal(service.sessions.length, 0);
  });

  it('reads no file path where text is base64', async () => {
    const file = path.join(folder, 'recording.wav');
    writeFileSync(file, wav(piece(1)));
    const flow = await start({}, { strings: 'base64' });
    flow.send('append', { payload: file });
    assert.equal(errorOf(await flow.message('caught')).code, 'BAD_AUDIO');
    assert.equal(service.sessions.length, 0);
  });

  it('keeps the order of arrival where the first message is a slow stream', async () => {
    const flow = await start();
    const slow = new PassThrough();
    flow.send('append', { payload: slow, _msgid: 'slow' });
    flow.send('append', { payload: piece(2), _msgid: 'quick' });
    slow.write(piece(1));
    await waitUntil(() => audioOf(0).length >= piece(1).length, 'the first piece');
    assert.deepEqual(flow.received('appended'), []);
    slow.end(piece(1));

    const passed = await flow.messages('appended', 2);
    assert.deepEqual(
      passed.map(({ _msgid }) => _msgid),
      ['slow', 'quick'],
    );
    await heard(Buffer.concat([piece(1), piece(1), piece(2)]));
  });

  it('does not make one key wait for another', async () => {
    const flow = await start({ keyType: 'msg', key: 'topic' });
    flow.send('append', { payload: new PassThrough(), topic: 'a' });
    flow.send('append', { payload: piece(2), topic: 'b' });
    assert.equal((await flow.message('appended')).topic, 'b');
  });

  it('refuses a message when too many are waiting already', async () => {
    const flow = await start({ waitingMessages: '2' });
    const slow = new PassThrough();
    flow.send('append', { payload: slow });
    for (const _msgid of ['second', 'third', 'fourth']) flow.send('append', { payload: piece(2), _msgid });
    const caught = await flow.message('caught');
    assert.equal(caught._msgid, 'fourth');
    assert.equal(errorOf(caught).code, 'TOO_MANY_WAITING');
    slow.end(piece(1));
    await flow.messages('appended', 3);
  });

  it('passes a message on only when there is room for its audio, which is the flow control', async () => {
    await service.close();
    service = await rig.serve({ upgrade: { hang: true } });
    const flow = await start({ heldSeconds: '1' });
    flow.send('append', { payload: piece(1, 900), _msgid: 'fits' });
    assert.equal((await flow.message('appended'))._msgid, 'fits');
    flow.send('append', { payload: piece(2, 900), _msgid: 'fills' });
    flow.send('append', { payload: piece(3, 900), _msgid: 'waits' });
    await waitUntil(() => service.sessions.length === 1, 'the connection');
    assert.equal(
      flow.received('appended').some(({ _msgid }) => _msgid === 'waits'),
      false,
    );
    flow.send('session', { action: 'abort' });
    await waitUntil(
      () => flow.received('caught').some(({ _msgid }) => _msgid === 'waits'),
      'the error of what waited',
    );
  });

  it('plays a recording in real time when that is set', async () => {
    const flow = await start({}, { pace: 'realtime' });
    const recording = piece(5, 450);
    const played: Buffer[] = [];
    const tookMs = await quickestMs(1500, async () => {
      flow.send('append', { payload: wav(recording) });
      played.push(recording);
      await flow.messages('appended', played.length);
    });
    assert.ok(tookMs >= 350 && tookMs < 1500, `took ${tookMs} ms`);
    assert.ok(flow.badgeTexts('append').includes('playing'));
    await heard(Buffer.concat(played));
  });

  it('stops playing at once when it closes, and sends nothing more', async () => {
    const flow = await start({}, { pace: 'realtime' });
    flow.send('append', { payload: piece(5, 60_000) });
    await waitUntil(() => audioOf(0).length > 0, 'the first piece');
    const warnings: unknown[] = [];
    onCall(helper.getNode('append') as EventEmitter, 'warn', ([text]) => warnings.push(text));
    const startedAt = performance.now();
    await helper.getNode('append')!.close(true);
    await waitUntil(() => warnings.length > 0, 'the warning');
    assert.match(String(warnings), /^1 recordings were not finished/);
    // The recording would play for a minute.
    assert.ok(performance.now() - startedAt < 20_000);
    await untilStill(() => audioOf(0).length, 'what was sent before to arrive');
    const { length } = audioOf(0);
    flow.send('append', { payload: piece(5) });
    await flow.messages('events');
    assert.ok(audioOf(0).length <= length + 2 * piece(5).length);
    assert.deepEqual(flow.received('caught'), []);
    assert.deepEqual(flow.received('appended'), []);
  });

  it('says which session is missing, or that none was chosen', async () => {
    const flow = await Flow.start([
      ...appendNodes({ session: 'gone' }),
      { id: 'unset', type: 'asr-append-audio', z: 'tab', session: '', wires: [] },
      ...observers(['append']),
    ]);
    flow.send('append', { payload: piece(1) });
    flow.send('unset', { payload: piece(1) });
    const caught = await flow.messages('caught', 2);
    assert.ok(caught.every((msg) => errorOf(msg).code === 'NO_SESSION_NODE'));
    assert.match(errorOf(caught[0]!).message, /missing or disabled/);
    assert.match(errorOf(caught[1]!).message, /No asr session is picked/);
    assert.deepEqual(flow.badges('append').at(-1), { fill: 'red', shape: 'ring', text: 'not set up' });
  });
});
