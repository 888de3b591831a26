import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { freePort, streamAudio } from '../../support/live-audio';
import { useLiveServers } from '../../support/live-servers';
import { framesOf } from '../../support/received-frames';
import { silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';
import { useN8n } from '../support/n8n-rig';
import { useTriggerHost } from './trigger-host';

describe('the settings of the trigger', function () {
  this.timeout(20_000);
  const servers = useLiveServers();
  const host = useTriggerHost(() => rig);
  const rig = useN8n();

  it('turn the detection of pauses off: a sentence ends when its sender stops sending', async () => {
    await rig.serve({ utterances: ['Pressed to talk.'], loop: true });
    const port = await freePort();
    const trigger = await host.activate({ source: 'tcp', port, mode: 'manual' });
    const device = connect(port, '127.0.0.1');
    device.write(silence(1000));
    await waitUntil(() => trigger.items.length === 1, 'the sentence');
    assert.equal(trigger.items[0]?.text, 'Pressed to talk.');
    const session = rig.service.sessions.at(-1);
    assert.equal(framesOf(session, 'input_audio_buffer.commit').length, 1);
    device.destroy();
  });

  it('give statistics of each sender at an interval', async () => {
    await rig.serve({ utterances: ['One.'], loop: true });
    const streamUrl = await servers.http(streamAudio());
    const trigger = await host.activate({
      source: 'http',
      streamUrl,
      events: ['statistics'],
      statisticsSeconds: 1,
    });
    await waitUntil(() => trigger.items.length >= 1, 'statistics');
    const [first] = trigger.items;
    assert.equal(first?.type, 'statistics');
    assert.equal(first.source, `${streamUrl}/`);
    assert.ok((first.statistics as { audioInMs: number }).audioInMs > 0);
  });

  for (const [captions, expected] of [
    ['srt', /^1\n00:00:\d\d,\d{3} --> 00:00:\d\d,\d{3}\nOne\.\n$/],
    ['vtt', /^WEBVTT\n\n00:00:\d\d\.\d{3} --> 00:00:\d\d\.\d{3}\nOne\.\n$/],
  ] as const) {
    it(`give each sentence as a caption in ${captions}`, async () => {
      await rig.serve({ utterances: ['One.'], loop: true });
      const streamUrl = await servers.http(streamAudio());
      const parameters = { source: 'http', streamUrl, model: 'fun-asr-realtime', captions };
      const trigger = await host.activate(parameters);
      await waitUntil(() => trigger.items.length >= 1, 'a sentence');
      assert.match(trigger.items[0]?.captions as string, expected);
    });
  }

  it('end a lost connection after the reconnects that are allowed, and begin again', async () => {
    await rig.serve({
      connections: [
        { utterances: [], faults: [{ atAudioMs: 500, do: 'terminate' }] },
        { utterances: ['After it.'], loop: true },
      ],
    });
    const streamUrl = await servers.http(streamAudio());
    const trigger = await host.activate({ source: 'http', streamUrl, options: { reconnectAttempts: 0 } });
    await waitUntil(() => trigger.items.length >= 1, 'a sentence of the next session');
    // The second session of a stream says so in the ids of its sentences.
    assert.match(trigger.items[0]?.sentenceId as string, /^2-/);
  });
});
