import assert from 'node:assert/strict';
import type { SessionEvent } from '../../lib';
import type { LocalService } from '../../local-service/index';
import { withEnvironment } from '../support/environment';
import { credentialsNode, errorOf, Flow, observers, transcribeNodes } from '../support/node-red';
import { startSessionFlow, useService } from '../support/node-red-service';
import { silence, wav } from '../support/scripted-audio';
import { FILES, VALUES } from '../support/strangers-input';
import type { Outcome } from '../support/strangers-input';
import { waitUntil } from '../support/wait-until';

const RECORDING = wav(silence(2000));

/** Values that only JavaScript has. */
const OBJECTS: readonly [what: string, value: unknown, outcome: Outcome][] = [
  ['an empty Buffer', Buffer.alloc(0), /found: ""/],
  ['an empty text', '', /found: ""/],
  ['an object with the audio in it', { audio: RECORDING }, /found: object/],
  ['an object with base64 in it', { audioContent: RECORDING.toString('base64') }, /found: object/],
  ['null', null, /found: null/],
  ['an array of texts', ['a', 'b'], /found: array/],
  ['a date', new Date(0), /found: object/],
];

describe("what a stranger's message contains", () => {
  const rig = useService();
  let service: LocalService;

  beforeEach(async () => {
    service = await rig.serve({ utterances: ['Hello there.'], loop: true });
  });

  const rows: [what: string, msg: object, outcome: Outcome][] = [
    ...FILES.map(([what, payload, filename, mimeType, outcome]): [string, object, Outcome] => [
      what,
      { payload, filename, mimeType },
      outcome,
    ]),
    ...[...VALUES, ...OBJECTS].map(([what, payload, outcome]): [string, object, Outcome] => [
      what,
      { payload },
      outcome,
    ]),
  ];

  it('is recognised by transcribe, or refused by its name', async () => {
    const wrong: string[] = [];
    await withEnvironment({ FFMPEG_PATH: '/nowhere/ffmpeg' }, async () => {
      const flow = await Flow.start([
        credentialsNode(service.url),
        ...transcribeNodes({ waitingMessages: '1000' }),
        ...observers(['transcribe']),
      ]);
      rows.forEach(([, msg], index) => {
        flow.send('transcribe', { ...msg, _msgid: String(index) });
      });
      await waitUntil(
        () => flow.received('text').length + flow.received('caught').length === rows.length,
        'an answer to each message',
        60_000,
      );
      for (const [index, [what, , outcome]] of rows.entries()) {
        const text = flow.received('text').find(({ _msgid }) => _msgid === String(index))?.payload;
        const caught = flow.received('caught').find(({ _msgid }) => _msgid === String(index));
        const message = caught && errorOf(caught).message;
        const isRight =
          outcome === 'heard'
            ? String(text).startsWith('Hello there.')
            : message !== undefined && outcome.test(message);
        if (!isRight) wrong.push(`${what}: ${message ?? JSON.stringify(text)}`);
      }
    });
    assert.deepEqual(wrong, []);
  });

  it('is taken by append audio, refused, or assumed to be raw samples with a warning', async () => {
    const wrong: string[] = [];
    await withEnvironment({ FFMPEG_PATH: '/nowhere/ffmpeg' }, async () => {
      const flow = await startSessionFlow(service, {
        session: { keyType: 'msg', key: 'topic', maxSessions: '1000' },
      });
      // A stream may give an empty piece.
      const sent = rows.filter(([what]) => what !== 'an empty Buffer');
      sent.forEach(([, msg], index) => {
        flow.send('append', { ...msg, topic: `k${index}`, _msgid: String(index) });
      });
      await waitUntil(
        () => flow.received('appended').length + flow.received('caught').length >= sent.length,
        'an answer to each message',
        60_000,
      );
      const isOf =
        (index: number) =>
        ({ topic }: { topic?: string | undefined }) =>
          topic === `k${index}`;
      // Short audio is judged at its end.
      sent.forEach((_row, index) => {
        flow.send('session', { action: 'finish', topic: `k${index}` });
      });
      const unsaid = () =>
        sent.flatMap(([what, , outcome], index) => {
          const isCaught = flow.received('caught').some(isOf(index));
          const isWarned = flow
            .received('events')
            .some((msg) => isOf(index)(msg) && JSON.stringify(msg).includes('"AUDIO_'));
          return outcome === 'heard' || isCaught || isWarned ? [] : [what];
        });
      await waitUntil(() => unsaid().length === 0, 'a word about each input', 60_000).catch(() => undefined);
      wrong.push(...unsaid());
      for (const [index, [what, , outcome]] of sent.entries()) {
        const caught = flow.received('caught').find(isOf(index));
        if (outcome === 'heard' && caught) wrong.push(`${what}: ${errorOf(caught).message}`);
      }
    });
    assert.deepEqual(wrong, []);
  });

  it('is said once to be assumed, however many recordings a session is given', async () => {
    const flow = await startSessionFlow(service);
    const cut = RECORDING.subarray(0, 20);
    const payloads = [silence(900), RECORDING, silence(900), cut, RECORDING, silence(900), RECORDING];
    for (const payload of payloads) flow.send('append', { payload });
    await waitUntil(() => flow.received('appended').length === payloads.length, 'all of them');
    flow.send('session', { action: 'finish' });
    const events = () => flow.received('events').map(({ asr }) => asr as SessionEvent | undefined);
    await waitUntil(() => events().some((event) => event?.type === 'finished'), 'the end');
    const codes = events().flatMap((event) => (event?.type === 'warning' ? event.code : []));
    assert.deepEqual(codes.sort(), ['AUDIO_ASSUMED', 'AUDIO_CUT']);
  });

  it('is answered, message by message, when a session is aborted: each is passed on or reported', async () => {
    await service.close();
    service = await rig.serve({ upgrade: { hang: true } });
    const flow = await startSessionFlow(service, { session: { heldSeconds: '1' } });
    const payload = silence(900);
    for (let i = 0; i < 150; i++) flow.send('append', { payload, rate: 16_000, _msgid: String(i) });
    await waitUntil(() => service.sessions.length === 1, 'the connection');
    const waiting = 150 - flow.received('caught').length - flow.received('appended').length;
    assert.ok(waiting >= 100, `${waiting} wait`);
    flow.send('session', { action: 'abort' });
    await waitUntil(
      () => flow.received('caught').length + flow.received('appended').length >= 150,
      'an answer to each message',
    );
    const answered = [...flow.received('caught'), ...flow.received('appended')].map(({ _msgid }) => _msgid);
    assert.equal(new Set(answered).size, 150);
  });
});
