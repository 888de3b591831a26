import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LevelBadge } from '../../nodes/node-red/asr-microphone/level-badge';
import type { Status } from '../../nodes/node-red/shared/status';
import { appendNodes, credentialsNode, Flow, helper, observers, sessionNodes } from '../support/node-red';
import type { FlowNode } from '../support/node-red';
import { useService } from '../support/node-red-service';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const FORMAT = { rate: 16_000, channels: 1, bits: 16, encoding: 'signed-integer' };
/** Of a program that records, and of the next attempt to start it. */
const WITHIN_MS = 15_000;

function microphoneNodes(more: Partial<FlowNode>): FlowNode[] {
  return [
    {
      id: 'microphone',
      type: 'asr-microphone',
      z: 'tab',
      kind: 'computer',
      recorder: 'arecord',
      wires: [['append', 'heard']],
      ...more,
    },
    { id: 'heard', type: 'helper', z: 'tab' },
  ];
}

describe('the microphone node with the microphone of this computer', () => {
  const { serve } = useService();
  const { PATH } = process.env;
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'flow-asr-'));
    process.env.PATH = `${folder}:/usr/bin:/bin`;
    writeFileSync(path.join(folder, 'samples.raw'), silence(2000));
  });

  afterEach(async () => {
    await helper.unload();
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  });

  /** Puts a program in front of the one of the system; `$run` is 1 at its first start. */
  function program(name: string, lines: string): void {
    const file = path.join(folder, name);
    const head = `#!/bin/sh\ncd '${folder}'\necho "$@" >> runs\nrun=$(wc -l < runs)\necho $$ > pid\n`;
    writeFileSync(file, head + lines);
    chmodSync(file, 0o755);
  }

  const runs = (): string[] =>
    existsSync(path.join(folder, 'runs'))
      ? readFileSync(path.join(folder, 'runs'), 'utf8').trim().split('\n')
      : [];

  async function start(more: Partial<FlowNode> = {}): Promise<Flow> {
    const { url } = await serve({ utterances: ['One.', 'Two.'], loop: true });
    return Flow.start([
      ...microphoneNodes(more),
      ...appendNodes(),
      ...sessionNodes({ wires: [['microphone'], ['final', 'microphone'], ['microphone'], ['microphone']] }),
      credentialsNode(url),
      ...observers(['microphone']),
    ]);
  }

  const actions = (flow: Flow): unknown[] => flow.received('heard').map(({ action }) => action);

  it('sends samples that append audio takes as they are, and takes the results back', async () => {
    program('arecord', 'cat samples.raw\nexec sleep 60\n');
    const flow = await start({ device: 'plughw:1,0' });
    const [final] = await flow.messages('final', 1);
    assert.equal(final!.payload, 'One.');
    const { payload, topic, rate, channels, bits, encoding } = (await flow.message('heard')) as never as {
      payload: unknown;
      topic: string;
    } & typeof FORMAT;
    assert.ok(Buffer.isBuffer(payload));
    assert.equal(topic, 'plughw:1,0');
    assert.deepEqual({ rate, channels, bits, encoding }, FORMAT);
    assert.match(runs()[0]!, /-D plughw:1,0 .*-r 16000/);
    assert.match(flow.badgeTexts('microphone').at(-1)!, /^level [▮▯]{8}$/);
    assert.equal(flow.received('caught').length, 0);
  });

  it('starts its recorder again when that ends, and ends the sentence meanwhile', async () => {
    program('arecord', 'cat samples.raw\n[ $run = 1 ] && exit 0\nexec sleep 60\n');
    const flow = await start();
    await waitUntil(() => runs().length === 2, 'the second start', WITHIN_MS);
    const sinceTheEnd = () => flow.received('heard').slice(actions(flow).indexOf('commit'));
    await waitUntil(() => actions(flow).includes('commit'), 'the end of the sentence');
    await waitUntil(
      () => sinceTheEnd().some(({ payload }) => Buffer.isBuffer(payload)),
      'audio again',
      WITHIN_MS,
    );
    assert.ok(flow.badgeTexts('microphone').includes('connecting again'));
    assert.equal(flow.received('caught').length, 0);
  });

  it('waits for a device that is not plugged in, and hears it when it is', async () => {
    program(
      'arecord',
      '[ $run = 1 ] && { echo "audio open error: No such device" >&2; exit 1; }\ncat samples.raw\nexec sleep 60\n',
    );
    const flow = await start();
    await waitUntil(() => flow.badgeTexts('microphone').includes('unreachable'), 'the badge', WITHIN_MS);
    await flow.messages('final', 1);
    await waitUntil(() => (flow.badgeTexts('microphone').at(-1) ?? '').startsWith('level'), 'the level');
  });

  it('starts and stops by msg.action, ends the session with it, and leaves no recorder behind', async () => {
    program('arecord', 'cat samples.raw\nexec sleep 60\n');
    const flow = await start({ autostart: false });
    assert.deepEqual(runs(), []);
    flow.send('microphone', { action: 'start' });
    await flow.messages('heard', 1);
    const pid = Number(readFileSync(path.join(folder, 'pid'), 'utf8'));
    flow.send('microphone', { action: 'stop' });
    await waitUntil(() => flow.badgeTexts('microphone').at(-1) === 'stopped', 'the badge', WITHIN_MS);
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    await waitUntil(() => actions(flow).at(-1) === 'finish', 'the end of the session');
    const count = flow.received('heard').length;
    flow.send('microphone', { action: 'start' });
    await flow.messages('heard', count + 1);
    flow.send('microphone', { action: 'dance' });
    const { error } = await flow.message('caught');
    assert.match((error as { message: string }).message, /start or stop/);
  });

  it('says in its badge that a device cannot have such a name', async () => {
    const flow = await start({ device: '-o /tmp/x' });
    await waitUntil(() => flow.badgeTexts('microphone').includes('bad setting'), 'the badge');
    assert.deepEqual(runs(), []);
  });

  it('lists the microphones of this computer for its dialog', async () => {
    program('pactl', 'printf "1\\talsa_input.usb\\tmodule\\ts16le\\tRUNNING\\n"\n');
    program('arecord', 'printf "null\\n    Nothing\\nplughw:CARD=Mic,DEV=0\\n    A microphone\\n"\n');
    await start({ autostart: false });
    const answer = await helper.request().get('/asr/microphones');
    assert.deepEqual(answer.body, {
      microphones: [
        { recorder: 'parec', device: 'alsa_input.usb', label: 'alsa_input.usb' },
        {
          recorder: 'arecord',
          device: 'plughw:CARD=Mic,DEV=0',
          label: 'A microphone (plughw:CARD=Mic,DEV=0)',
        },
      ],
    });
  });
});

describe('the level in the badge of a microphone', () => {
  it('has a few changes a second, from silence to full scale', () => {
    const shown: string[] = [];
    let nowMs = 0;
    const status = { set: (_badge: string, { bar }: { bar: string }) => shown.push(bar) };
    const level = new LevelBadge(status as unknown as Status, () => nowMs);
    const chunk = (sample: number): Uint8Array => new Uint8Array(new Int16Array(160).fill(sample).buffer);
    for (const sample of [0, 32_767, 328]) {
      for (let at = 0; at < 40; at += 1) {
        level.add(chunk(sample));
        nowMs += 10;
      }
    }
    level.add(chunk(328));
    assert.deepEqual([shown[0], shown.at(-1), shown.length], ['▯▯▯▯▯▯▯▯', '▮▮▮▯▯▯▯▯', 4]);
    assert.ok(shown.includes('▮▮▮▮▮▮▮▮'));
  });
});
