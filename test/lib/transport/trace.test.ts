import assert from 'node:assert/strict';
import type { SessionOptions } from '../../../lib';
import { formsOf } from '../../../lib/transport/secret';
import { NO_SOCKET } from '../../../lib/transport/socket';
import type { ConnectRequest, ConnectSocket } from '../../../lib/transport/socket';
import { tracedConnect } from '../../../lib/transport/trace';
import type { ScriptFile } from '../../../local-service';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';

const KEY = 'sk-5ecre7-d0-not-"show"-7f3a';

interface Entry {
  time: string;
  connection: string;
  event: string;
  [field: string]: unknown;
}

describe('a trace', () => {
  const rig = useLibRig();

  async function traced(script: ScriptFile, options: SessionOptions = {}) {
    await rig.serve(script);
    const lines: string[] = [];
    const recorded = rig.open({ apiKey: KEY, trace: { write: (line) => lines.push(line) }, ...options });
    await recorded.session.append(silence(2500)).catch(() => undefined);
    await recorded.session.finish().catch(() => undefined);
    return { lines, entries: lines.map((line) => JSON.parse(line) as Entry) };
  }

  for (const model of ['qwen3-asr-flash-realtime', 'fun-asr-realtime']) {
    it(`has every frame of ${model} with its time and direction, but no audio`, async () => {
      const { lines, entries } = await traced({ utterances: ['Hello.'] }, { model });
      const [record] = rig.service.sessions;
      const of = (event: string) => entries.filter((entry) => entry.event === event);
      assert.equal(of('connect').length, 1);
      assert.equal(of('open').length, 1);
      assert.equal(of('end').length, 1);
      const received = record!.received.reduce((n, one) => n + (one.kind === 'audio' ? one.frames : 1), 0);
      assert.equal(of('sent').length, received);
      assert.deepEqual(
        of('received').map(({ frame }) => frame),
        record!.sent.map(({ frame }) => frame),
      );
      assert.match(lines.join('\n'), /Hello\./);
      assert.ok(entries.every(({ time }) => new Date(time).toISOString() === time));
      assert.equal(new Set(entries.map(({ connection }) => connection)).size, 1);

      const audio = of('sent').flatMap((entry) => {
        const part = (entry.frame as { audio?: object } | undefined)?.audio ?? entry;
        return 'sha256' in part ? [part as unknown as { bytes: number; sha256: string }] : [];
      });
      const bytes = audio.reduce((sum, part) => sum + part.bytes, 0);
      assert.equal(bytes, record!.audioBytes);
      assert.ok(audio.every(({ sha256 }) => /^[0-9a-f]{16}$/.test(sha256)));
      assert.ok(lines.join('\n').length < bytes / 2);
    });
  }

  it('changes nothing about the connection: proxy, lookup and the wait for a place arrive as they were', () => {
    const request: ConnectRequest = {
      url: 'wss://example.com/',
      headers: {},
      proxy: 'http://proxy:3128',
      lookup: () => undefined,
    };
    const waited: string[] = [];
    let asked: ConnectRequest | undefined;
    const connect: ConnectSocket = (given, { onWaiting }) => {
      asked = given;
      onWaiting?.('All connections are in use.');
      return NO_SOCKET;
    };
    const traced = tracedConnect(connect, { write: () => undefined }, undefined);
    traced(request, {
      onOpen: () => undefined,
      onText: () => undefined,
      onBinary: () => undefined,
      onPong: () => undefined,
      onEnd: () => undefined,
      onWaiting: (reason) => waited.push(reason),
    });
    assert.deepEqual(asked, request);
    assert.deepEqual(waited, ['All connections are in use.']);
  });

  it('has the key in no form, also where the service repeats it', async () => {
    const echo = [KEY, ...['', 'B', 'Bearer '].map((before) => Buffer.from(before + KEY).toString('base64'))];
    const frame = { type: 'error', [KEY]: echo, error: { code: 'invalid_value', message: echo.join(' ') } };
    const { lines } = await traced({
      utterances: ['Hello.'],
      faults: [
        { on: 'interim', nth: 1, do: 'send', frame },
        { on: 'interim', nth: 1, do: 'send', text: `no JSON, ${echo.join()}` },
      ],
    });
    assert.equal(rig.service.sessions[0]?.headers.authorization, `Bearer ${KEY}`);
    const text = lines.join('\n');
    assert.match(text, /"Authorization":"\*\*\*"/);
    assert.match(text, /no JSON, \*\*\*/);
    for (const form of formsOf(KEY)) assert.ok(!text.includes(form), form);
  });

  it('says how a connection was refused', async () => {
    const { entries } = await traced({ upgrade: { status: 401, message: `not ${KEY}` } });
    const end = entries.find(({ event }) => event === 'end');
    assert.equal(end?.kind, 'refused');
    assert.equal(end.httpStatus, 401);
    assert.match(String(end.body), /not \*\*\*/);
  });

  it('bounds the length of a line, whatever the service sends', async () => {
    const { lines, entries } = await traced({
      utterances: ['Hello.'],
      faults: [
        { on: 'interim', nth: 1, do: 'send', text: 'x'.repeat(200_000) },
        { on: 'interim', nth: 1, do: 'send', text: '['.repeat(100_000) },
        { on: 'interim', nth: 1, do: 'send', text: 'null' },
        { on: 'interim', nth: 1, do: 'send', randomBytes: 99 },
      ],
    });
    assert.ok(lines.every((line) => line.length <= 64 * 1024));
    assert.ok(
      entries.some((entry) => Number(entry.length) > 200_000 && String(entry.begins).includes('xxx')),
    );
    assert.ok(entries.some((entry) => entry.event === 'received' && entry.bytes === 99));
  });

  it('does not end the session when it cannot be written', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const trace = {
      write: () => {
        throw new Error('The disk is full.');
      },
    };
    const recorded = rig.open({ trace });
    await recorded.session.append(silence(2500));
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['Hello.']);
  });
});
