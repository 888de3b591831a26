import assert from 'node:assert/strict';
import type { INodeExecutionData } from 'n8n-workflow';
import { silence, wav } from '../support/scripted-audio';
import { binaryItem } from './support/items';
import { useN8n } from './support/n8n-rig';
import type { TestNode } from './support/n8n-rig';

const SECONDS = 4;
const RECORDING = wav(silence(SECONDS * 1000, 44_100), 44_100);
const MIDDLE = Math.floor(RECORDING.length / 4) * 2;
const HALVES = [RECORDING.subarray(0, MIDDLE), RECORDING.subarray(MIDDLE)].map((half) => binaryItem(half));

function workflow(items: INodeExecutionData[], unusedSeconds: number): TestNode[] {
  return [
    { name: 'Start', type: 'items', items, to: [['Open']] },
    {
      name: 'Open',
      type: 'asrSession',
      parameters: { operation: 'open', options: { unusedSeconds } },
      to: [['Append']],
    },
    { name: 'Append', type: 'asrAppendAudio', parameters: {}, to: [['Finish']] },
    { name: 'Finish', type: 'asrSession', parameters: { operation: 'finish' } },
  ];
}

describe("a WAV of 44.1 kHz that was cut into two items, in n8n's engine", () => {
  const n8n = useN8n();

  it('goes on from one item to the next in the same session', async () => {
    await n8n.serve({ utterances: ['Hello there.'], loop: true }, { keepAudio: true });
    await n8n.run(workflow(HALVES, 60));
    const heard = Buffer.concat(n8n.service.sessions[0]?.audio ?? []).length / 32_000;
    assert.ok(Math.abs(heard - SECONDS) < 0.1, `${heard} s`);
  });

  it('is refused by its name where its rest comes to a new session, and is no raw samples of another rate', async () => {
    await n8n.serve({ utterances: ['Hello there.'], loop: true });
    const { error } = await n8n.run(workflow(HALVES.slice(1), 1));
    assert.match([error.message, error.description].join(' '), /a WAV without its beginning/);
  });
});
