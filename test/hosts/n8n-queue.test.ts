import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startLocalService, type LocalService } from '../../local-service';
import { assertSaysJfk } from '../support/jfk';
import { waitUntil } from '../support/wait-until';
import { freePort } from './support/http';
import { installN8n, type N8nInstallation } from './support/installation';
import { N8n, n8nUserFolder, startN8n } from './support/n8n';
import { transcribeFlow, WEBHOOK_PATH } from './support/n8n-flows';
import {
  activate,
  createCredential,
  executionsOf,
  finishedExecution,
  importWorkflow,
} from './support/n8n-workflows';
import { ROOT } from './support/packed';
import type { ProcessGroup } from './support/process-group';
import { missingForQueueMode, startPostgres, startRedis, type QueueService } from './support/queue-services';

const RECORDING = readFileSync(path.join(ROOT, 'test/fixtures/jfk.wav'));
const KEY = 'sk-queue0123456789abcdef0123456789abcde';
const WORKERS = 2;
const EXECUTIONS = 20;
/** The concurrency of each worker. They share one recogniser, which runs on this machine too. */
const AT_ONCE = 2;
/** Set on machines that have every program, so that no test is skipped. */
const IS_REQUIRED = Boolean(process.env.FLOW_ASR_TEST_QUEUE_MODE);
const STARTED_WITHIN_MS = 300_000;
const STOPPED_WITHIN_MS = 60_000;
const INSTALLED_WITHIN_MS = 1_800_000;

describe("n8n's queue mode", () => {
  const services: QueueService[] = [];
  const workers: ProcessGroup[] = [];
  let installation: N8nInstallation;
  let asr: LocalService | undefined;
  let n8n: N8n | undefined;

  before(async function () {
    this.timeout(INSTALLED_WITHIN_MS);
    const missing = missingForQueueMode();
    if (missing.length > 0 && !IS_REQUIRED) this.skip();
    assert.deepEqual(missing, [], 'Programs that are missing.');
    installation = await installN8n('2.41');
    asr = await startLocalService({ engine: 'recogniser', apiKey: KEY });
    services.push(await startRedis(), await startPostgres());
    const env: NodeJS.ProcessEnv = {
      EXECUTIONS_MODE: 'queue',
      N8N_ENCRYPTION_KEY: randomBytes(24).toString('base64'),
      ...Object.fromEntries(services.flatMap((service) => Object.entries(service.env))),
    };
    // The main process creates the tables.
    n8n = await N8n.start(installation, env);
    for (let count = 0; count < WORKERS; count += 1) {
      const broker = { N8N_RUNNERS_BROKER_PORT: String(await freePort()) };
      workers.push(
        startN8n(installation, ['worker', `--concurrency=${AT_ONCE}`], await n8nUserFolder(), {
          ...env,
          ...broker,
        }),
      );
    }
    for (const worker of workers) {
      await worker.until(() => worker.output.includes('worker is now ready'), 'a worker', STARTED_WITHIN_MS);
    }
  });

  after(async () => {
    for (const worker of workers) await worker.stop(STOPPED_WITHIN_MS);
    await n8n?.stop();
    for (const service of services) await service.stop();
    await asr?.close();
  });

  it(`spreads ${EXECUTIONS} requests over ${WORKERS} workers, and answers each with its text`, async function () {
    this.timeout(600_000);
    const credential = await createCredential(n8n!, 'Local service', {
      region: 'local',
      address: asr!.url,
      apiKey: KEY,
    });
    const workflow = await importWorkflow(n8n!, transcribeFlow(), credential);
    await activate(n8n!, workflow);
    const startedAt = performance.now();
    const answers = await Promise.all(Array.from({ length: EXECUTIONS }, () => post()));
    const seconds = (performance.now() - startedAt) / 1000;

    for (const { status, body } of answers) {
      assert.equal(status, 200, body.toString());
      const { text } = JSON.parse(body.toString()) as { text: string };
      assertSaysJfk(text);
    }
    const ids = await executionsOf(n8n!, workflow);
    assert.equal(ids.length, EXECUTIONS);
    const executions = await Promise.all(ids.map((id) => finishedExecution(n8n!, installation, id)));
    for (const { status, text } of executions) {
      assert.equal(status, 'success');
      assert.equal(text.includes(KEY), false, 'The key is in the data of an execution.');
    }
    const shares = workers.map(({ output }) => startedBy(output).filter((id) => ids.includes(id)));
    assert.deepEqual(shares.flat().sort(), [...ids].sort(), 'Every execution ran once, on a worker.');
    assert.ok(
      shares.every((share) => share.length > 0),
      `Shares: ${shares.map(String).join(' and ')}.`,
    );
    for (const { output } of [...workers, n8n!])
      assert.equal(output.includes(KEY), false, 'The key is in a log.');
    await waitUntil(() => asr!.connectionCount === 0, 'the connections to be closed');
    process.stdout.write(
      `      ${shares.map(({ length }) => length).join(' + ')} executions in ${seconds.toFixed(1)} s\n`,
    );
  });

  function post() {
    return n8n!.request('POST', `/webhook/${WEBHOOK_PATH}`, {
      body: RECORDING,
      headers: { 'content-type': 'audio/wav' },
    });
  }
});

/** Ids of executions that a worker has logged as begun. */
function startedBy(output: string): string[] {
  return [...output.matchAll(/started execution (\d+)/g)].map(([, id]) => id!);
}
