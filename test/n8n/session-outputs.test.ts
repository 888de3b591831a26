import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';
import { binaryItem } from './support/items';
import { useN8n } from './support/n8n-rig';

const RECORDING = wav(silence(3000));
const RUN_TASK = 'fun-asr-realtime';
const FINAL = 1;

describe("what the nodes of a session put out, in n8n's engine", () => {
  const n8n = useN8n();

  it('only the text of appended, committed and finished audio', async () => {
    await n8n.serve({ utterances: ['Good morning.'] });
    const parameters = { output: 'text', itemPer: 'commit', options: { statistics: true } };
    const result = await n8n.run([
      { name: 'Start', type: 'items', items: [binaryItem(RECORDING)], to: [['Open']] },
      { name: 'Open', type: 'asrSession', parameters: { operation: 'open' }, to: [['Append']] },
      { name: 'Append', type: 'asrAppendAudio', parameters, to: [['Commit']] },
      { name: 'Commit', type: 'asrCommit', parameters, to: [[], ['Finish']] },
      {
        name: 'Finish',
        type: 'asrSession',
        parameters: { operation: 'finish', ...parameters, itemPer: 'session' },
      },
    ]);
    assert.deepEqual(Object.keys(result.json('Append')[0] ?? {}), ['text']);
    assert.deepEqual(result.json('Commit', FINAL), [{ text: 'Good morning.' }]);
    assert.deepEqual(result.json('Finish', FINAL), [{ text: 'Good morning.' }]);
  });

  it('captions of appended audio, where it has ended a sentence', async () => {
    await n8n.serve({ utterances: ['Good morning.'] });
    const heard = async () => {
      const isFinal = ({ frame }: { frame: object }) => JSON.stringify(frame).includes('"sentence_end":true');
      await waitUntil(() => n8n.service.sessions[0]?.sent.some(isFinal) ?? false, 'the final');
      // The message is on its way; a few turns of the event loop deliver it.
      for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    };
    const parameters = { captions: 'srt' };
    const items = [binaryItem(RECORDING)];
    const result = await n8n.run([
      { name: 'Start', type: 'items', items, to: [['Open']] },
      {
        name: 'Open',
        type: 'asrSession',
        parameters: { operation: 'open', model: RUN_TASK },
        to: [['Append']],
      },
      { name: 'Append', type: 'asrAppendAudio', parameters, to: [['Heard']] },
      { name: 'Heard', type: 'pass', work: heard, to: [['More']] },
      { name: 'More', type: 'items', items, to: [['Again']] },
      { name: 'Again', type: 'asrAppendAudio', parameters, to: [['Abort']] },
      { name: 'Abort', type: 'asrSession', parameters: { operation: 'abort' } },
    ]);
    const files = ['Append', 'Again'].flatMap((name) =>
      result.output(name, FINAL).flatMap(({ binary }) => (binary?.captions ? [binary.captions] : [])),
    );
    assert.equal(files.length, 1);
    assert.match((await n8n.bytesOf(files[0]!)).toString(), /^1\n00:00:\d\d,\d{3} --> .*\nGood morning\.\n/);
  });

  it('captions of a commit', async () => {
    await n8n.serve({ utterances: ['Good morning.'] });
    const result = await n8n.run([
      { name: 'Start', type: 'items', items: [binaryItem(RECORDING)], to: [['Open']] },
      {
        name: 'Open',
        type: 'asrSession',
        parameters: { operation: 'open', model: RUN_TASK },
        to: [['Append']],
      },
      { name: 'Append', type: 'asrAppendAudio', to: [['Commit']] },
      {
        name: 'Commit',
        type: 'asrCommit',
        parameters: { itemPer: 'commit', captions: 'vtt', captionsField: 'subtitles' },
        to: [[], ['Abort']],
      },
      { name: 'Abort', type: 'asrSession', parameters: { operation: 'abort' } },
    ]);
    const file = result.output('Commit', FINAL)[0]?.binary?.subtitles;
    assert.match((await n8n.bytesOf(file!)).toString(), /^WEBVTT\n\n/);
  });
});
