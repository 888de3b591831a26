import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { startLocalService, type LocalService } from '../../local-service';
import { eventually } from '../support/eventually';
import { freePort } from '../support/live-audio';
import { silence } from '../support/scripted-audio';
import { installN8n, type N8nInstallation } from './support/installation';
import { N8n } from './support/n8n';
import { liveFlow } from './support/n8n-flows';
import {
  activate,
  createCredential,
  deactivate,
  executionsOf,
  finishedExecution,
  importWorkflow,
  runManually,
  type Credential,
} from './support/n8n-workflows';

const INSTALLED_WITHIN_MS = 1_800_000;
const TRIGGER = 'Live Speech Trigger';

describe('execute step of a live trigger in real n8n', function () {
  this.timeout(120_000);
  let installation: N8nInstallation;
  let n8n: N8n;
  let service: LocalService;
  let credential: Credential;

  before(async function () {
    this.timeout(INSTALLED_WITHIN_MS);
    service = await startLocalService({ engine: 'script', script: { utterances: ['One.'], loop: true } });
    installation = await installN8n('2.41');
    n8n = await N8n.start(installation);
    credential = await createCredential(n8n, 'Scripted', { region: 'local', address: service.url });
  });

  after(async () => {
    await n8n.stop();
    await service.close();
  });

  it('shows the next sentence while the workflow is active, which is started by it as well', async () => {
    const port = await freePort();
    const workflow = await importWorkflow(n8n, liveFlow({ source: 'tcp', port }), credential);
    await activate(n8n, workflow);
    const executionId = await runManually(n8n, workflow, TRIGGER);
    const step = finishedExecution(n8n, installation, executionId);
    let isOver = false;
    void step.finally(() => (isOver = true));
    // The step listens some time after n8n has answered, so somebody speaks until it has heard something.
    const device = connect(port, '127.0.0.1').on('error', () => undefined);
    await eventually(
      () => {
        device.write(silence(500));
        return Promise.resolve(isOver);
      },
      'the step to end',
      60_000,
    );
    device.end();
    const { status, mode, outputs } = await step;
    assert.deepEqual([status, mode], ['success', 'manual']);
    assert.equal(outputs[TRIGGER]?.[0]?.[0]?.json.text, 'One.');
    const others = (await executionsOf(n8n, workflow)).filter((id) => id !== executionId);
    assert.ok(others.length > 0, 'The active workflow was not started.');
    await deactivate(n8n, workflow);
  });

  for (const [ffmpegFormat, ffmpegInput] of [
    ['lavfi', 'amovie=/etc/passwd'],
    ['', '/etc/passwd'],
    ['', 'concat:/etc/passwd'],
    ['alsa', 'file:/tmp/written'],
  ] as const) {
    it(`is refused where FFmpeg would open something else: ${ffmpegFormat} ${ffmpegInput}`, async () => {
      const flow = liveFlow({ source: 'ffmpeg', ffmpegInput, options: { ffmpegFormat } });
      const workflow = await importWorkflow(n8n, flow, credential);
      const id = await runManually(n8n, workflow, TRIGGER);
      const { status, error = '' } = await finishedExecution(n8n, installation, id);
      assert.equal(status, 'error');
      assert.match(error, /FFmpeg|device|address|file/i);
    });
  }
});
