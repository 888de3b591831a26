import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { RELIABILITY_SETTINGS } from '../../nodes/reliability-settings';
import type { ReliabilityName } from '../../nodes/reliability-settings';
import { SESSION_ROWS, TRANSCRIBE_ROWS, WYOMING_ROWS } from '../../nodes/node-red/shared/limits';
import { sessionReliability } from '../../nodes/node-red/shared/reliability';
import { freePort } from '../support/live-audio';
import { credentialsNode, Flow, folderOf, observers, transcribeNodes } from '../support/node-red';
import { startSessionFlow, useService } from '../support/node-red-service';
import { silence, wav } from '../support/scripted-audio';
import {
  assertSamplesOnWire,
  configurationOf,
  DIFFERENT_MODELS,
  otherSamplesOf,
  samplesOf,
} from '../support/settings-on-wire';
import { waitUntil } from '../support/wait-until';
import { WyomingClient } from '../support/wyoming-client';

const ROOT = path.join(__dirname, '../..');
const ROWS = {
  'asr-session': SESSION_ROWS,
  'asr-transcribe': TRANSCRIBE_ROWS,
  'asr-wyoming-server': WYOMING_ROWS,
};

describe('the settings of the Node-RED nodes', () => {
  const rig = useService();

  for (const model of DIFFERENT_MODELS) {
    const { mode, language, sampleRateHz, otherSettings } = otherSamplesOf(model);
    /** The values as the dialogs store them. */
    const def = {
      model: model.id,
      mode,
      language: language ?? '',
      sampleRate: String(sampleRateHz),
      parameters: samplesOf(model),
      otherSettings: JSON.stringify(otherSettings),
    };

    it(`all go out from asr session with ${model.id}`, async () => {
      const service = await rig.serve({ utterances: ['Hello.'] });
      const flow = await startSessionFlow(service, { session: def });
      flow.send('append', { payload: silence(500, sampleRateHz), rate: sampleRateHz });
      await flow.message('events');
      assertSamplesOnWire(configurationOf(service.sessions[0]), model);
    });

    it(`all go out from transcribe with ${model.id}`, async () => {
      const service = await rig.serve({ utterances: ['Hello.'] });
      const flow = await Flow.start([
        credentialsNode(service.url),
        ...transcribeNodes(def),
        ...observers(['transcribe']),
      ]);
      flow.send('transcribe', { payload: wav(silence(2500, sampleRateHz), sampleRateHz) });
      assert.equal((await flow.message('text')).payload, 'Hello.');
      assertSamplesOnWire(configurationOf(service.sessions[0]), model);
    });

    it(`all go out from wyoming server with ${model.id}`, async () => {
      const service = await rig.serve({ utterances: ['Hello.'] });
      const port = await freePort();
      const server = { id: 'server', type: 'asr-wyoming-server', z: 'tab', connection: 'credentials' };
      const flow = await Flow.start([
        credentialsNode(service.url),
        { ...server, port: String(port), ...def },
      ]);
      await waitUntil(() => flow.badgeTexts('server').includes('listening'), 'the badge');
      const client = new WyomingClient(port);
      try {
        client.speak(silence(2500));
        assert.equal((await client.wait('transcript'))[0]!.data.text, 'Hello.');
      } finally {
        client.socket.destroy();
      }
      // The first session was opened to see whether the credentials are good.
      assertSamplesOnWire(configurationOf(service.sessions.at(-1)), model);
    });
  }

  for (const [type, rows] of Object.entries(ROWS)) {
    const names = Object.values(rows as Readonly<Record<string, readonly ReliabilityName[]>>).flat();

    it(`are stored by the dialog of ${type}, each number of its rows`, () => {
      const html = readFileSync(path.join(ROOT, folderOf(type), `${type}.html`), 'utf8');
      for (const name of names) assert.ok(html.includes(`${name}: limit('${name}'),`), name);
      for (const part of Object.keys(rows)) assert.ok(html.includes(`data-asr-part="${part}"`), part);
    });
  }

  it('reach the session, each number within its bounds, the nearer one beyond them', () => {
    const node = { debug: () => undefined };
    const unset = sessionReliability(node, {}, undefined);
    for (const name of Object.keys(RELIABILITY_SETTINGS) as ReliabilityName[]) {
      const { min, max } = RELIABILITY_SETTINGS[name].range;
      const of = (value: number) => {
        const { log: _log, ...options } = sessionReliability(node, { [name]: String(value) }, undefined);
        return options;
      };
      // The node's policy sets this option.
      if (name === 'idleSeconds') continue;
      assert.notDeepEqual(of(min), { ...unset, log: undefined }, name);
      assert.notDeepEqual(of(min), of(max), name);
      assert.deepEqual(of(min - 5), of(min), name);
      assert.deepEqual(of(max + 5), of(max), name);
    }
  });
});
