import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { startLocalService, type LocalService, type LocalServiceOptions } from '../../local-service';
import { waitUntil } from '../support/wait-until';
import { silence } from '../support/scripted-audio';
import { NODE_RED_4, NodeRed, type FlowNode } from './support/node-red';
import { userFolderWithPackage } from './support/packed';

const KEY = 'sk-recognisable0123456789abcdef0123456789';
const ENV_KEY = 'sk-environment0123456789abcdef0123456789';
const FORMS_OF_KEYS = [KEY, ENV_KEY].flatMap((key) => [
  key,
  key.slice(0, 20),
  Buffer.from(key).toString('base64').replace(/=+$/, ''),
]);

/** Behaviours of services with a key, the worst included. */
const SERVICES: Record<string, Partial<LocalServiceOptions>> = {
  accepts: {
    apiKey: KEY,
    script: {
      utterances: [
        'Nobody tells a secret here.',
        { text: 'This fails.', failed: { message: `Failed for ${KEY}` } },
      ],
      faults: [
        { on: 'interim', nth: 1, do: 'send', text: `no JSON, but ${KEY}` },
        { on: 'interim', nth: 2, do: 'send', frame: { type: `news.${KEY}`, message: KEY } },
      ],
    },
  },
  reports: {
    script: {
      utterances: ['One.'],
      faults: [
        {
          on: 'interim',
          nth: 1,
          do: 'send',
          frame: {
            type: 'error',
            error: { type: 'server_error', code: KEY, message: `Error of ${KEY}`, param: KEY },
          },
        },
      ],
    },
  },
  refuses: { apiKey: 'sk-another' },
  echoes: {
    script: { upgrade: { status: 401, code: `Invalid ${KEY}`, message: `The key ${KEY} is not known.` } },
  },
  closes: {
    script: { faults: [{ on: 'configured', do: 'close', code: 1011, reason: `No model for ${KEY}` }] },
  },
  environment: { apiKey: ENV_KEY, script: { utterances: ['Neither here.'] } },
};

describe('the API key in a real Node-RED', () => {
  const services: Record<string, LocalService> = {};
  let userFolder: string;
  let nodeRed: NodeRed;

  before(async () => {
    for (const [name, options] of Object.entries(SERVICES)) {
      services[name] = await startLocalService({ engine: 'script', keepKeys: true, ...options });
    }
    userFolder = await userFolderWithPackage();
    nodeRed = await NodeRed.start(userFolder, NODE_RED_4, { FLOW_ASR_TEST_KEY: ENV_KEY });
  });

  after(async () => {
    await nodeRed.stop();
    for (const service of Object.values(services)) await service.close();
  });

  it('is in no message, badge, error, log line, file, exported flow or answer of the editor', async () => {
    await nodeRed.deploy(flow());
    for (const name of Object.keys(SERVICES)) await speak(name);

    // A key that the service got can be distinguished from one that never existed.
    assert.equal(services.accepts!.sessions[0]?.headers.authorization?.includes(KEY), true);
    assert.equal(services.environment!.sessions[0]?.headers.authorization?.includes(ENV_KEY), true);

    const testAnswers = await pressTestButtons();
    const exported = JSON.stringify(await nodeRed.getJson('/flows'));
    const toTheEditor = await Promise.all(
      Object.keys(SERVICES).map((name) =>
        nodeRed.getJson(`/credentials/asr-credentials/${name}-credentials`),
      ),
    );
    assert.deepEqual(toTheEditor[0], { has_apiKey: true });
    await nodeRed.stop();

    const places: [string, string][] = [
      ...nodeRed.news.map((one): [string, string] => [`${one.kind} of ${one.id ?? ''}`, JSON.stringify(one)]),
      ['the terminal', nodeRed.output],
      ['the exported flow', exported],
      ['the credentials for the editor', JSON.stringify(toTheEditor)],
      ['the answers of the Test button', JSON.stringify(testAnswers)],
      ...filesOf(userFolder),
    ];
    for (const form of FORMS_OF_KEYS) {
      const finds = places.flatMap(([place, text]) => around(form, text).map((find) => `${place}: ${find}`));
      assert.deepEqual(finds, [], `The key, as ${form}, was found.`);
    }
    const seen = new Set(nodeRed.news.map(({ kind, type }) => type ?? kind));
    for (const kind of ['asr-session', 'asr-append-audio', 'catch', 'status', 'complete', 'log']) {
      assert.ok(seen.has(kind), `Nothing was seen of ${kind}.`);
    }
  });

  /** Opens the session of this name with some audio and waits until it has text or an error. */
  async function speak(name: string): Promise<void> {
    await nodeRed.press(`${name}-inject`);
    const session = `${name}-session`;
    const isOver = () =>
      nodeRed.sent(session, 1).length > 0 ||
      nodeRed
        .sent(session, 3)
        .some(({ event }) => event?.type === 'error' || event?.type === 'reconnecting') ||
      nodeRed.news.some(({ kind, id, error }) => kind === 'completed' && id === `${name}-append` && error);
    await waitUntil(isOver, `a result of the session "${name}"`, 20_000);
  }

  async function pressTestButtons(): Promise<unknown[]> {
    const answers: unknown[] = [];
    for (const [name, service] of Object.entries(services)) {
      const fields = {
        id: `${name}-credentials`,
        region: 'custom',
        address: service.url,
        keySource: 'credential',
      };
      // With the key that is stored, with one that was just typed, and with one of the environment; the last only
      // where the service does not tell the other key by itself.
      const requests: object[] = [fields, { ...fields, apiKey: KEY }];
      if (name === 'accepts' || name === 'refuses' || name === 'environment') {
        requests.push({ ...fields, keySource: 'env', keyVariable: 'FLOW_ASR_TEST_KEY' });
      }
      for (const request of requests) {
        const { status, body } = await nodeRed.request('POST', '/asr/test-connection', {
          body: JSON.stringify(request),
          headers: { 'content-type': 'application/json' },
        });
        assert.equal(status, 200);
        answers.push(JSON.parse(body.toString()));
      }
    }
    assert.ok(answers.some((answer) => (answer as { ok: boolean }).ok));
    assert.ok(answers.some((answer) => !(answer as { ok: boolean }).ok));
    return answers;
  }

  function flow(): FlowNode[] {
    const debug = { id: 'debug', type: 'debug', z: 'tab', active: true, complete: 'true', console: true };
    return [
      { id: 'tab', type: 'tab' },
      { ...debug, tosidebar: true, wires: [] },
      { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['debug']] },
      { id: 'status', type: 'status', z: 'tab', scope: null, wires: [['debug']] },
      {
        id: 'complete',
        type: 'complete',
        z: 'tab',
        scope: Object.keys(SERVICES).map((name) => `${name}-append`),
        wires: [['debug']],
      },
      ...Object.keys(SERVICES).flatMap(branch),
    ];
  }

  function branch(name: string): FlowNode[] {
    const fromEnvironment = name === 'environment';
    return [
      {
        id: `${name}-credentials`,
        type: 'asr-credentials',
        region: 'custom',
        address: services[name]!.url,
        keySource: fromEnvironment ? 'env' : 'credential',
        keyVariable: 'FLOW_ASR_TEST_KEY',
        ...(!fromEnvironment && { credentials: { apiKey: KEY } }),
      },
      {
        id: `${name}-inject`,
        type: 'inject',
        z: 'tab',
        props: [{ p: 'payload' }],
        payload: silence(8000).toString('base64'),
        payloadType: 'str',
        wires: [[`${name}-append`]],
      },
      {
        id: `${name}-append`,
        type: 'asr-append-audio',
        z: 'tab',
        session: `${name}-session`,
        strings: 'base64',
        wires: [['debug']],
      },
      {
        id: `${name}-session`,
        type: 'asr-session',
        z: 'tab',
        connection: `${name}-credentials`,
        wires: [['debug'], ['debug'], ['debug'], ['debug']],
      },
    ];
  }
});

/** Every file that Node-RED has written. */
function filesOf(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map(({ parentPath, name }) => [name, readFileSync(path.join(parentPath, name), 'utf8')]);
}

/** The text around the first occurrence. */
function around(form: string, text: string): string[] {
  const at = text.indexOf(form);
  return at < 0 ? [] : [text.slice(Math.max(0, at - 200), at + form.length + 100)];
}
