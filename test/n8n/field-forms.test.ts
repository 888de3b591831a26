import assert from 'node:assert/strict';
import type { INodeParameters } from 'n8n-workflow';
import { silence, wav } from '../support/scripted-audio';
import { binaryItem } from './support/items';
import { useN8n } from './support/n8n-rig';
import { useTriggerHost } from './trigger/trigger-host';

const RECORDING = wav(silence(1000));

describe("a field whose expression gives another form, in n8n's engine", function () {
  this.timeout(20_000);
  const host = useTriggerHost(() => n8n);
  const n8n = useN8n();

  for (const [param, parameters] of [
    ['atOnce', { options: { atOnce: '={{ "all" }}' } }],
    ['atOnce', { options: { atOnce: '={{ 0 }}' } }],
    ['rawRate', { options: { rawRate: '={{ "fast" }}' } }],
    ['rawChannels', { options: { rawChannels: '={{ [2] }}' } }],
    ['rawEncoding', { options: { rawEncoding: '={{ ({ bits: 16 }) }}' } }],
    ['output', { output: '={{ "short" }}' }],
    ['captionsField', { captions: 'srt', captionsField: '={{ ["a"] }}' }],
  ] as [string, INodeParameters][]) {
    it(`is refused by its name in Speech to Text: ${JSON.stringify(parameters)}`, async () => {
      await n8n.serve({ utterances: ['Hello.'] });
      const { error } = await n8n.run([
        { name: 'Start', type: 'items', items: [binaryItem(RECORDING)], to: [['Transcribe']] },
        { name: 'Transcribe', type: 'asrTranscribe', parameters },
      ]);
      assert.ok(error.message.includes(`\`${param}\``), error.message);
      assert.equal(n8n.service.sessions.length, 0);
    });
  }

  it('is used where it says the same as the field: a rate of raw samples as text', async () => {
    await n8n.serve({ utterances: ['Raw.'] }, { keepAudio: true });
    const item = binaryItem(silence(2000), { fileName: 'a.bin', mimeType: 'application/octet-stream' });
    const parameters = { options: { rawRate: '={{ "8000" }}', rawEncoding: 's16le' } };
    const result = await n8n.run([
      { name: 'Start', type: 'items', items: [item], to: [['Transcribe']] },
      { name: 'Transcribe', type: 'asrTranscribe', parameters },
    ]);
    const statistics = result.json('Transcribe')[0]?.statistics as { audioInMs: number };
    assert.equal(statistics.audioInMs, 4000);
  });

  for (const [param, type, parameters] of [
    ['sessionName', 'asrSession', { operation: 'open', sessionName: '={{ ({ id: 1 }) }}' }],
    ['unusedSeconds', 'asrSession', { operation: 'open', options: { unusedSeconds: '={{ [5] }}' } }],
    ['context', 'asrSession', { operation: 'updateContext', context: '={{ ["text"] }}' }],
    ['statistics', 'asrAppendAudio', { options: { statistics: '={{ "some" }}' } }],
    ['statistics', 'asrCommit', { options: { statistics: '={{ "some" }}' } }],
  ] as [string, string, INodeParameters][]) {
    it(`is refused by its name in ${type}: ${JSON.stringify(parameters)}`, async () => {
      await n8n.serve({ utterances: ['Hello.'] });
      const { error } = await n8n.run([
        { name: 'Start', type: 'items', items: [binaryItem(RECORDING)], to: [['Tested']] },
        { name: 'Tested', type, parameters },
      ]);
      const label = param === 'unusedSeconds' ? 'End When Unused' : `\`${param}\``;
      assert.ok(error.message.includes(label), error.message);
    });
  }

  for (const [param, parameters] of [
    ['allowedSenders', { options: { allowedSenders: '={{ ({ ip: "10.0.0.1" }) }}' } }],
    ['maxSenders', { options: { maxSenders: '={{ "few" }}' } }],
    ['idleSeconds', { options: { idleSeconds: '={{ 0 }}' } }],
    ['events', { events: '={{ ["sentence"] }}' }],
    ['stableOnly', { events: ['interim'], stableOnly: '={{ "sometimes" }}' }],
    ['interimSeconds', { events: ['interim'], interimSeconds: '={{ "often" }}' }],
    ['statisticsSeconds', { events: ['statistics'], statisticsSeconds: '={{ "often" }}' }],
    ['captions', { captions: '={{ "ass" }}' }],
  ] as [string, INodeParameters][]) {
    it(`is refused by its name in the trigger: ${JSON.stringify(parameters)}`, async () => {
      await n8n.serve();
      await assert.rejects(host.activate({ source: 'tcp', port: 1, ...parameters }), (error: Error) => {
        assert.ok(error.message.includes(`\`${param}\``), error.message);
        return true;
      });
      assert.equal(n8n.service.sessions.length, 0);
    });
  }

  it('never opens a port to everybody: a list of allowed senders of an expression holds', async () => {
    await n8n.serve();
    const parameters = {
      source: 'tcp',
      port: 1,
      options: { allowedSenders: '={{ ["10.0.0.1", "no address"] }}' },
    };
    await assert.rejects(host.activate(parameters), /no address|address/);
  });
});
