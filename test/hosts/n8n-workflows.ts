import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { HotWordLists } from '../../lib';
import { startLocalService, type LocalService } from '../../local-service';
import { fixture } from '../support/audio-fixtures';
import { eventually } from '../support/eventually';
import { JFK_TEXT } from '../support/jfk';
import { waitUntil } from '../support/wait-until';
import { wordErrorRate } from '../support/word-error-rate';
import { CALL_EXAMPLES, CALL_SCRIPT } from './support/call-examples';
import { filesOf } from './support/files-of';
import { freePort } from './support/http';
import { installN8n, type N8nInstallation, type N8nName } from './support/installation';
import { N8n } from './support/n8n';
import { LIVE_EXAMPLES } from './support/live-examples';
import { multipart, MULTIPART } from './support/multipart';
import { sessionFlow, WEBHOOK_PATH } from './support/n8n-flows';
import {
  activate,
  createCredential,
  deactivate,
  example,
  exampleTitles,
  executionsOf,
  finishedExecution,
  importWorkflow,
  ourNodes,
  type Credential,
  type Execution,
  type Workflow,
} from './support/n8n-workflows';
import { PACKAGE_NAME, ROOT } from './support/packed';
import { scriptedService } from './support/scripted-service';
import { webRadio } from './support/web-radio';

const RECORDING = path.join(ROOT, 'test/fixtures/jfk.wav');
const VOICE_MESSAGE = fixture('voice.ogg', '-c:a libopus -b:a 24k');
const KEY = 'sk-hosts0123456789abcdef0123456789abcde';
const FORMS_OF_KEY = [KEY, KEY.slice(0, 20), Buffer.from(KEY).toString('base64').replace(/=+$/, '')];
const NODES = ['asrAppendAudio', 'asrCommit', 'asrHotWords', 'asrSession', 'asrTranscribe', 'asrTrigger'];
const MAX_WORD_ERRORS = 0.15;
const RECOGNISED_WITHIN_MS = 120_000;
const INSTALLED_WITHIN_MS = 1_800_000;

/** The package in a real n8n, with a real recogniser that wants a key. */
export function describeWorkflows(name: N8nName): void {
  describe(`n8n ${name}`, () => {
    const executions: Execution[] = [];
    /** Titles of examples. */
    const ran: string[] = [];
    let installation: N8nInstallation;
    let service: LocalService;
    let n8n: N8n;
    let credential: Credential;

    before(async function () {
      this.timeout(INSTALLED_WITHIN_MS);
      installation = await installN8n(name);
      service = await startLocalService({ engine: 'recogniser', apiKey: KEY, keepKeys: true });
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

    it('holds a session over the nodes of an execution', async () => {
      const workflow = await published(sessionFlow());
      const { status, body } = await n8n.request('POST', `/webhook/${WEBHOOK_PATH}`, {
        body: readFileSync(RECORDING),
        headers: { 'content-type': 'audio/wav' },
      });
      assert.equal(status, 200, body.toString());
      assertSaid((JSON.parse(body.toString()) as { text: string }).text);
      const [execution] = await finished(workflow);
      for (const node of ['Open', 'Append', 'Commit', 'Finish']) {
        assert.ok(execution!.outputs[node], `${node} has run.`);
      }
      await deactivate(n8n, workflow);
    });

    it('answers a voice message with its text, in the example', async () => {
      const answer = await runExample(
        'Voice message to text',
        '/webhook/voice-message',
        VOICE_MESSAGE,
        'audio/ogg',
      );
      assertSaid((JSON.parse(answer) as { text: string }).text);
    });

    it('answers the recording of a call with captions, in the example', async () => {
      const wav = readFileSync(RECORDING);
      const captions = await runExample(
        'Call recording to captions',
        '/webhook/call-captions',
        wav,
        'audio/wav',
      );
      assert.match(captions, /^1\r?\n00:00:0\d,\d{3} --> 00:00:\d\d,\d{3}\r?\n/);
      assertSaid(captions.replaceAll(/^(\d+|.* --> .*)\r?$/gm, ''));
    });

    it('commits every piece of a conversation in a loop, in the example', async () => {
      const wav = readFileSync(RECORDING);
      const form = multipart({ a: wav, b: wav });
      const answer = await runExample('Commit chunk after chunk', '/webhook/chunks', form, MULTIPART);
      assertSaid((JSON.parse(answer) as { text: string }).text, `${JFK_TEXT} ${JFK_TEXT}`);
      const commits = executions.at(-1)!.outputs.Commit![1]!;
      assert.equal(commits.length, 2);
      for (const { json } of commits) assertSaid(String(json.text));
    });

    it('tells an angry caller from others, in the example', async () => {
      const wav = readFileSync(RECORDING);
      const calm = await runExample('Angry caller', '/webhook/caller', wav, 'audio/wav');
      const { priority, text } = JSON.parse(calm) as { priority: string; text: string };
      assert.equal(priority, 'normal');
      assertSaid(text);

      // The recogniser hears no emotions.
      const script = {
        utterances: ['Good morning.', { text: 'I have waited for an hour!', emotion: 'angry' }],
      };
      await using angry = await scriptedService(n8n, script, KEY);
      const found = await runExample('Angry caller', '/webhook/caller', wav, 'audio/wav', angry.credential);
      assert.deepEqual(JSON.parse(found), { priority: 'high', sentences: ['I have waited for an hour!'] });
    });

    it('makes a hot-word list, recognises a name by it, changes and deletes it, in the example', async () => {
      const recording = readFileSync(path.join(ROOT, 'test/fixtures/meyerhofer.wav'));
      const textFor = async (names: string) => {
        const pathname = `/webhook/hot-words?names=${names}`;
        const answer = await runExample('Hot words', pathname, recording, 'audio/wav');
        const { text, words } = JSON.parse(answer) as { text: string; words: unknown };
        assert.deepEqual(words, [{ text: 'Anna Meyer', weight: 5 }]);
        return text;
      };
      assert.match(await textFor('Meyerhofer'), /Meyerhofer/);
      assert.doesNotMatch(await textFor('Node-RED'), /Meyerhofer/);
      const lists = new HotWordLists({ region: 'local', address: service.url, apiKey: KEY });
      assert.deepEqual(await lists.all(), []);
    });

    for (const { title, node, speak } of LIVE_EXAMPLES) {
      it(`hears what comes to a port, in the example ${title}`, async () => {
        const workflow = example(title);
        const port = await freePort();
        ourNodes(workflow)[0]!.parameters.port = port;
        const imported = await published(workflow);
        await speak(port);
        await allSaidIn(imported, node);
        await deactivate(n8n, imported);
      });
    }

    for (const { title, check } of CALL_EXAMPLES) {
      it(`hears both sides of a call, in the example ${title}`, async () => {
        await using scripted = await scriptedService(n8n, CALL_SCRIPT, KEY);
        const workflow = example(title);
        const port = await freePort();
        ourNodes(workflow)[0]!.parameters.port = port;
        const imported = await published(workflow, scripted.credential);
        await check({ n8n, workflow: imported, port, finished: () => finished(imported) });
        await deactivate(n8n, imported);
        ran.push(title);
      });
    }

    it('alerts of a keyword on a web radio, and of no other sentence, in the example', async () => {
      await using radio = await webRadio(readFileSync(RECORDING));
      const workflow = example('Web radio keyword alert');
      ourNodes(workflow)[0]!.parameters.streamUrl = radio.url;
      const imported = await published(workflow);
      const alerts = async () => {
        const all = await finished(imported);
        return all.flatMap(({ outputs }) => outputs.Alert?.[0] ?? []);
      };
      await eventually(async () => (await alerts()).length > 0, 'an alert', RECOGNISED_WITHIN_MS);
      for (const { json } of await alerts()) {
        assert.equal(json.keywords, 'country');
        assert.match(String(json.text), /country/i);
        assert.equal(json.radio, radio.url);
      }
      await deactivate(n8n, imported);
      ran.push(workflow.name);
    });

    it('has run every example that the package has', () => {
      assert.deepEqual([...new Set(ran)].sort(), exampleTitles());
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

    async function published(workflow: Workflow, connection = credential): Promise<Workflow> {
      const imported = await importWorkflow(n8n, workflow, connection);
      await activate(n8n, imported);
      return imported;
    }

    /** All executions of a workflow so far, in order. */
    async function finished(workflow: Workflow): Promise<Execution[]> {
      const ids = await executionsOf(n8n, workflow);
      const all = await Promise.all(ids.reverse().map((id) => finishedExecution(n8n, installation, id)));
      for (const { status, error } of all) assert.equal(status, 'success', error);
      executions.push(...all);
      return all;
    }

    /** Waits until the executions of a workflow together have all the words at this node. */
    async function allSaidIn(workflow: Workflow, node: string): Promise<void> {
      const isSaid = async () => {
        const all = await finished(workflow);
        const texts = all.flatMap(({ outputs }) => outputs[node]?.[0]?.map(({ json }) => json.text) ?? []);
        return wordErrorRate(JFK_TEXT, texts.join(' ')) <= MAX_WORD_ERRORS;
      };
      await eventually(isSaid, 'all sentences', RECOGNISED_WITHIN_MS);
      ran.push(workflow.name);
    }

    /** Imports a shipped workflow, chooses its credentials, activates it and calls it once. Returns the answer. */
    async function runExample(
      title: string,
      pathname: string,
      body: Buffer,
      contentType: string,
      connection = credential,
    ): Promise<string> {
      const workflow = await importWorkflow(n8n, example(title), connection);
      await activate(n8n, workflow);
      const answer = await n8n.request('POST', pathname, { body, headers: { 'content-type': contentType } });
      assert.equal(answer.status, 200, answer.body.toString());
      assert.equal((await finished(workflow)).length, 1);
      await deactivate(n8n, workflow);
      ran.push(title);
      return answer.body.toString();
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

function assertSaid(text: string, expected = JFK_TEXT): void {
  const rate = wordErrorRate(expected, text);
  assert.ok(rate <= MAX_WORD_ERRORS, `${Math.round(rate * 100)} % word errors in: ${text}`);
}
