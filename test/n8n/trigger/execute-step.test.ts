import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { freePort } from '../../support/live-audio';
import { silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';
import type { CancelableRun } from '../support/engine';
import { useN8n } from '../support/n8n-rig';
import { useTriggerHost } from './trigger-host';

describe('execute step of a port trigger whose workflow is active', function () {
  this.timeout(20_000);
  const host = useTriggerHost(() => rig);
  const rig = useN8n();

  it('shows the next sentence, which starts the active workflow as well', async () => {
    await rig.serve({ utterances: ['One.', 'Two.'], loop: true });
    const parameters = { source: 'tcp', port: await freePort() };
    const active = await host.activate(parameters);
    let begun = false;
    const running = host.execute(parameters, { id: active.id, onStart: () => void (begun = true) });
    await waitUntil(() => begun, 'the step to run');
    const device = connect(parameters.port, '127.0.0.1').end(silence(3000));
    assert.deepEqual((await running).texts('Listen'), ['One.']);
    await waitUntil(() => active.items.length >= 1, 'the execution');
    assert.equal(active.items[0]?.text, 'One.');
    device.destroy();

    // The active workflow listens on.
    const count = active.items.length;
    const another = connect(parameters.port, '127.0.0.1').end(silence(3000));
    await waitUntil(() => active.items.length > count, 'another execution');
    another.destroy();
  });

  it('can be stopped, and leaves the active workflow alone', async () => {
    await rig.serve({ utterances: ['One.'], loop: true });
    const parameters = { source: 'tcp', port: await freePort() };
    const active = await host.activate(parameters);
    let run: CancelableRun | undefined;
    const running = host.execute(parameters, {
      id: active.id,
      onStart: (started) => {
        run = started;
      },
    });
    run!.cancel();
    assert.equal((await running).run.status, 'canceled');
    const device = connect(parameters.port, '127.0.0.1').end(silence(3000));
    await waitUntil(() => active.items.length >= 1, 'the execution');
    device.destroy();
  });

  it('says of a port that another workflow has what can be done', async () => {
    await rig.serve();
    const parameters = { source: 'tcp', port: await freePort() };
    await host.activate(parameters);
    const { error } = await host.execute(parameters);
    const said = `${error.message} ${error.description}`;
    assert.match(said, /perhaps an active workflow\. Deactivate that, or choose another port/);
  });
});
