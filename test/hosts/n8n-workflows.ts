import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { startLocalService, type LocalService } from '../../local-service';
import { fixture } from '../support/audio-fixtures';
import { JFK_TEXT } from '../support/jfk';
import { waitUntil } from '../support/wait-until';
import { wordErrorRate } from '../support/word-error-rate';
import { eventually } from './support/eventually';
import { freePort } from './support/http';
import { installN8n, type N8nInstallation, type N8nName } from './support/installation';
import { N8n } from './support/n8n';
import { sessionFlow, transcribeFlow, triggerFlow, WEBHOOK_PATH } from './support/n8n-flows';
import {
  activate,
  createCredential,
  deactivate,
  executionsOf,
  finishedExecution,
  importWorkflow,
  type Credential,
  type Execution,
  type Workflow,
} from './support/n8n-workflows';
import { PACKAGE_NAME, ROOT } from './support/packed';

const RECORDING = path.join(ROOT, 'test/fixtures/jfk.wav');
const KEY = 'sk-hosts0123456789abcdef0123456789abcde';
const FORMS_OF_KEY = [KEY, KEY.slice(0, 20), Buffer.from(KEY).toString('base64').replace(/=+$/, '')];
const NODES = ['asrAppendAudio', 'asrCommit', 'asrSession', 'asrTranscribe', 'asrTrigger'];
const MAX_WORD_ERRORS = 0.15;
const RECOGNISED_WITHIN_MS = 120_000;
const INSTALLED_WITHIN_MS = 1_800_000;

/** The package in a real n8n, with a real recogniser that wants a key. */
export function describeWorkflows(name: N8nName): void {
  describe(`n8n ${name}`, () => {
    const executions: Execution[] = [];
    let installation: N8nInstallation;
    let service: LocalService;
    let n8n: N8n;
    let credential: Credential;

    before(async function () {
      this.timeout(INSTALLED_WITHIN_MS);
      installation = await installN8n(name);
      service = await startLocalService({ engine: 'recogniser', apiKey: KEY });
      n8n = await N8n.start(installation);
      credential = await createCredential(n8n, 'Local service', {
        region: 'local',
        address: service.url,
        apiKey: KEY,
      });
    });

    after(async () => {
      await n8n.stop();
      await service.close();
    });

    afterEach(async () => {
      await waitUntil(() => service.connectionCount === 0, 'the connections to be closed', 20_000);
    });

    it('loads every node of the installed package, with icons in both colours', async () => {
      const types = await typesOf('nodes');
      const ours = types.filter((type) => type.name.startsWith(`${PACKAGE_NAME}.`));
      const names = ours.map((type) => type.name.slice(PACKAGE_NAME.length + 1));
      for (const type of NODES) assert.ok(names.includes(type), `${type} in ${names.join(', ')}`);
      const credentials = (await typesOf('credentials')).filter((type) => type.name === 'realtimeAsrApi');
      assert.equal(credentials.length, 1);
      for (const { name: type, iconUrl } of [...ours, ...credentials]) {
        for (const colour of ['light', 'dark'] as const) {
          const { status } = await n8n.request('GET', `/${iconUrl[colour]}`);
          assert.equal(status, 200, `${colour} icon of ${type}`);
        }
      }
    });

    it('answers a webhook with the text of the voice message in it', async () => {
      const workflow = await published(transcribeFlow());
      const { status, body } = await n8n.request('POST', `/webhook/${WEBHOOK_PATH}`, {
        body: fixture('voice.ogg', '-c:a libopus -b:a 24k'),
        headers: { 'content-type': 'audio/ogg' },
      });
      assert.equal(status, 200, body.toString());
      assertSaid((JSON.parse(body.toString()) as { text: string }).text);
      await finished(workflow, 1);
      await deactivate(n8n, workflow);
    });

    it('holds a session over the nodes of an execution', async () => {
      const workflow = await published(sessionFlow());
      const { status, body } = await n8n.request('POST', `/webhook/${WEBHOOK_PATH}`, {
        body: readFileSync(RECORDING),
        headers: { 'content-type': 'audio/wav' },
      });
      assert.equal(status, 200, body.toString());
      assertSaid((JSON.parse(body.toString()) as { text: string }).text);
      const [execution] = await finished(workflow, 1);
      for (const node of ['Open', 'Append', 'Commit', 'Finish']) {
        assert.ok(execution!.outputs[node], `${node} has run.`);
      }
      await deactivate(n8n, workflow);
    });

    it('starts a workflow for every sentence that is said into a port', async () => {
      const port = await freePort();
      const workflow = await published(triggerFlow(port));
      const socket = connect(port, '127.0.0.1');
      socket.end(readFileSync(RECORDING));
      await eventually(
        async () => (wordErrorRate(JFK_TEXT, await saidIn(workflow)) <= MAX_WORD_ERRORS ? true : undefined),
        'all sentences',
        RECOGNISED_WITHIN_MS,
      );
      await deactivate(n8n, workflow);
    });

    it('keeps the key out of executions, database, files and logs', async () => {
      assert.ok(executions.length > 0, 'No execution was looked at.');
      assert.equal(service.sessions.at(-1)?.headers.authorization?.includes(KEY), true);
      await n8n.stop();
      const places: [string, string][] = [
        ...executions.map(({ id, text }): [string, string] => [`execution ${id}`, text]),
        ['the log', n8n.output],
        ...filesOf(n8n.userFolder),
      ];
      assert.ok(places.some(([place]) => place === 'database.sqlite'));
      for (const form of FORMS_OF_KEY) {
        const finds = places.filter(([, text]) => text.includes(form)).map(([place]) => place);
        assert.deepEqual(finds, [], `The key, as ${form}, was found.`);
      }
    });

    async function published(workflow: Workflow): Promise<Workflow> {
      const imported = await importWorkflow(n8n, workflow, credential);
      await activate(n8n, imported);
      return imported;
    }

    /** All executions of a workflow that there are to be, in their order. */
    async function finished(workflow: Workflow, count: number): Promise<Execution[]> {
      const ids = await executionsOf(n8n, workflow);
      assert.equal(ids.length, count, 'Number of executions.');
      const all = await Promise.all(ids.reverse().map((id) => finishedExecution(n8n, installation, id)));
      for (const { status, error } of all) assert.equal(status, 'success', error);
      executions.push(...all);
      return all;
    }

    /** The sentences that started a workflow until now. */
    async function saidIn(workflow: Workflow): Promise<string> {
      const all = await finished(workflow, (await executionsOf(n8n, workflow)).length);
      return all.flatMap(({ outputs }) => outputs.Said?.[0]?.map(({ json }) => json.text) ?? []).join(' ');
    }

    interface TypeDescription {
      name: string;
      iconUrl: { light: string; dark: string };
    }

    async function typesOf(kind: 'nodes' | 'credentials'): Promise<TypeDescription[]> {
      const headers = { cookie: n8n.cookie };
      const { body } = await n8n.request('GET', `/types/${kind}.json`, { headers });
      return JSON.parse(body.toString()) as TypeDescription[];
    }
  });
}

function assertSaid(text: string): void {
  const rate = wordErrorRate(JFK_TEXT, text);
  assert.ok(rate <= MAX_WORD_ERRORS, `${Math.round(rate * 100)} % word errors in: ${text}`);
}

/** Every file that n8n has written, with its name. */
function filesOf(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map(({ parentPath, name }) => [name, readFileSync(path.join(parentPath, name), 'latin1')]);
}
