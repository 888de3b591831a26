import assert from 'node:assert/strict';
import WebSocket from 'ws';
import type { ScriptFile } from '../../../local-service';
import { CALL_SCRIPTS } from '../../support/call-frames';
import { eventually } from '../../support/eventually';
import type { N8n } from './n8n';
import { executionsOf, type Execution, type Workflow } from './n8n-workflows';

/** What both sides of a call say; the recogniser hears no emotions. */
export const CALL_SCRIPT: ScriptFile = {
  utterances: [
    { text: 'I have waited for an hour!', emotion: 'angry', atMs: 0, endMs: 2000 },
    { text: 'Thank you.', emotion: 'neutral', atMs: 6000, endMs: 6500 },
  ],
};
const [ANGRY, THANKS] = ['I have waited for an hour!', 'Thank you.'];
const TWILIO = CALL_SCRIPTS[0]!;
const SILENCE = Buffer.alloc(160, 0xff);
/** Pieces of audio of 20 ms. */
const A_SECOND = 50;
const HEARD_WITHIN_MS = 60_000;

interface CallTools {
  n8n: N8n;
  workflow: Workflow;
  port: number;
  /** The executions so far, all of which must have succeeded. */
  finished: () => Promise<Execution[]>;
}

/** A workflow of examples/n8n for telephone calls. */
export interface CallExample {
  title: string;
  check: (tools: CallTools) => Promise<void>;
}

/** A call whose sides say the script, each from its first audio. */
class Call implements Disposable {
  readonly #ws: WebSocket;

  private constructor(ws: WebSocket) {
    this.#ws = ws;
  }

  static async to(port: number): Promise<Call> {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/calls`);
    await new Promise((resolve, reject) => {
      ws.once('open', resolve).once('error', reject);
    });
    for (const message of TWILIO.before) ws.send(message);
    return new Call(ws);
  }

  /** Audio of one side, by seconds of the call. */
  speak(track: 'inbound' | 'outbound', from: number, to: number): void {
    for (let index = from * A_SECOND; index < to * A_SECOND; index += 1) {
      this.#ws.send(TWILIO.media(SILENCE, track, index));
    }
  }

  hangUp(): void {
    for (const message of TWILIO.after) this.#ws.send(message);
    this.#ws.close();
  }

  [Symbol.dispose](): void {
    this.#ws.terminate();
  }
}

export const CALL_EXAMPLES: readonly CallExample[] = [
  { title: 'Call to captions on a page', check: showsCaptions },
  { title: 'Angry caller while the call goes on', check: raisesFlag },
  { title: 'Call transcript with both sides', check: givesTranscript },
];

async function showsCaptions({ n8n, workflow, port }: CallTools): Promise<void> {
  const page = await n8n.request('GET', '/webhook/live-call');
  assert.match(String(page.headers['content-type']), /^text\/html/);
  assert.match(page.body.toString(), /fetch\('live-call\/lines'\)/);
  interface Caption {
    side: string;
    text: string;
    kind: string;
    emotion: string;
  }
  const captions = async (origin = 'null'): Promise<Caption[]> => {
    const headers = { origin };
    const answer = await n8n.request('GET', '/webhook/live-call/lines', { headers });
    assert.equal(answer.status, 200, answer.body.toString());
    // n8n shows pages of webhooks in a sandbox, whose origin is null. Pages of others must not read a call.
    assert.equal(answer.headers['access-control-allow-origin'], 'null');
    return JSON.parse(answer.body.toString()) as Caption[];
  };
  assert.deepEqual(await captions('https://elsewhere.example'), []);
  const shows = (side: string, kind: string) =>
    eventually(
      async () => (await captions()).find((caption) => caption.side === side && caption.kind === kind),
      `${kind} of ${side}`,
      HEARD_WITHIN_MS,
    );
  using call = await Call.to(port);
  for (const side of ['inbound', 'outbound'] as const) call.speak(side, 0, 1);
  for (const side of ['inbound', 'outbound']) {
    assert.ok(ANGRY.startsWith((await shows(side, 'interim')).text.slice(0, 6)));
  }
  for (const side of ['inbound', 'outbound'] as const) call.speak(side, 1, 5);
  for (const side of ['inbound', 'outbound']) {
    const { text, emotion } = await shows(side, 'final');
    assert.deepEqual([text, emotion], [ANGRY, 'angry']);
  }
  for (const side of ['inbound', 'outbound'] as const) call.speak(side, 5, 9);
  call.hangUp();
  const expected = ['inbound', 'outbound'].flatMap((side) =>
    [ANGRY, THANKS].map((text) => `${side}: ${text}`),
  );
  const said = async () =>
    (await captions()).map(({ side, text, kind }) => `${side}: ${text}${kind === 'final' ? '' : ' …'}`);
  await eventually(
    async () => JSON.stringify((await said()).sort()) === JSON.stringify(expected.sort()),
    'all sentences of both sides',
    HEARD_WITHIN_MS,
  );
  // What has succeeded is not kept; what has failed is.
  await eventually(
    async () => (await executionsOf(n8n, workflow)).length === 0,
    'all executions to succeed',
    HEARD_WITHIN_MS,
  );
}

async function raisesFlag({ port, finished }: CallTools): Promise<void> {
  using call = await Call.to(port);
  for (const side of ['inbound', 'outbound'] as const) call.speak(side, 0, 5);
  const flags = async () =>
    (await finished()).flatMap(({ outputs }) => outputs['Tell the supervisor']?.[0] ?? []);
  await eventually(async () => (await flags()).length > 0, 'the flag', HEARD_WITHIN_MS);
  call.speak('inbound', 5, 9);
  call.hangUp();
  // The voice of the caller changes once more.
  await eventually(async () => (await finished()).length >= 3, 'the last emotion', HEARD_WITHIN_MS);
  const [flag, ...others] = await flags();
  assert.deepEqual(others, []);
  assert.deepEqual([flag?.json.call, flag?.json.provider], [TWILIO.callId, 'twilio']);
  assert.ok(ANGRY.startsWith(String(flag?.json.text).slice(0, 6)));
}

async function givesTranscript({ port, finished }: CallTools): Promise<void> {
  using call = await Call.to(port);
  call.speak('inbound', 0, 9);
  call.speak('outbound', 3, 12);
  call.hangUp();
  await eventually(async () => (await finished()).length > 0, 'the end of the call', HEARD_WITHIN_MS);
  const [execution, ...others] = await finished();
  assert.deepEqual(others, []);
  const transcript = execution!.outputs.Transcript![0]![0]!;
  assert.equal(transcript.json.call, TWILIO.callId);
  assert.deepEqual(String(transcript.json.transcript).split('\n'), [
    `Caller: ${ANGRY}`,
    `Agent: ${ANGRY}`,
    `Caller: ${THANKS}`,
    `Agent: ${THANKS}`,
  ]);
}
