import assert from 'node:assert/strict';
import RED from 'node-red';
import {
  appendNodes,
  commitNodes,
  credentialsNode,
  Flow,
  sessionNodes,
  transcribeNodes,
} from '../support/node-red';
import { useService } from '../support/node-red-service';
import { Random } from '../support/random';
import { waitUntil } from '../support/wait-until';
import { AUDIO_MESSAGES, CONTROL_MESSAGES, mutatedMessage } from './messages';
import type { Message } from './messages';
import { FUZZ_MESSAGES, FUZZ_SEED } from './size';

/** Messages that a node has at the same time. */
const AT_ONCE = 20;
const HOOK = 'onComplete.fuzz';

const NODES: readonly { id: string; from: readonly Message[] }[] = [
  { id: 'session', from: CONTROL_MESSAGES },
  { id: 'append', from: AUDIO_MESSAGES },
  { id: 'commit', from: [{}, { payload: 'whatever' }, ...CONTROL_MESSAGES] },
  { id: 'transcribe', from: AUDIO_MESSAGES },
];

describe('a Node-RED node that is given malformed messages', () => {
  const { serve } = useService();
  /** How often `done` was called, by the id of the message. */
  const done = new Map<string, number>();

  beforeEach(() => {
    done.clear();
    RED.hooks.add(HOOK, ({ msg }: { msg: Message }) => {
      const id = String(msg._msgid);
      done.set(id, (done.get(id) ?? 0) + 1);
    });
  });

  afterEach(() => {
    RED.hooks.remove(HOOK);
  });

  for (const [index, { id, from }] of NODES.entries()) {
    it(`calls done once for each of ${FUZZ_MESSAGES} messages (${id})`, async function () {
      this.timeout(120_000 + FUZZ_MESSAGES * 50);
      const service = await serve({
        utterances: ['Hello.'],
        loop: true,
        defaults: { wordMs: 100, gapMs: 100 },
      });
      const flow = await Flow.start([
        credentialsNode(service.url),
        ...sessionNodes({ keyType: 'msg', key: 'topic', maxSessions: 10 }),
        ...appendNodes(),
        ...commitNodes(),
        ...transcribeNodes({ atOnce: 5, wires: [[]] }),
      ]);
      const random = new Random(FUZZ_SEED).part(20 + index);
      for (let sent = 0; sent < FUZZ_MESSAGES;) {
        const batch = new Map<string, Message>();
        while (batch.size < AT_ONCE && sent < FUZZ_MESSAGES) {
          const name = `${id}-${sent++}`;
          const message: Message = { ...mutatedMessage(random, from), _msgid: name };
          batch.set(name, message);
          // A commit has something to commit.
          const audio: Message = { ...AUDIO_MESSAGES[0], topic: message.topic };
          if (id === 'commit' && random.chance(0.5)) flow.send('append', audio);
          flow.send(id, { ...message });
        }
        const missing = () => [...batch.keys()].filter((name) => !done.has(name));
        await waitUntil(() => missing().length === 0, 'done', 30_000).catch((cause: unknown) => {
          const messages = missing().map((name) => show(batch.get(name)));
          throw new Error(`FUZZ_SEED=${FUZZ_SEED}: no done for\n${messages.join('\n')}`, { cause });
        });
      }
      const twice = [...done].filter(([name, times]) => name.startsWith(id) && times !== 1);
      assert.deepEqual(twice, []);
    });
  }
});

function show(message: Message | undefined): string {
  return JSON.stringify(message, (_key, value: unknown) =>
    ArrayBuffer.isView(value) ? `${value.byteLength} bytes` : value,
  ).slice(0, 1000);
}
