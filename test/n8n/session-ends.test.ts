import assert from 'node:assert/strict';
import type { INodeParameters } from 'n8n-workflow';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';
import type { Hooks } from './support/engine';
import { binaryItem } from './support/items';
import { useN8n } from './support/n8n-rig';
import type { TestNode, TestRun } from './support/n8n-rig';

const CHUNK = wav(silence(1000));

describe("a session in n8n's engine ends", () => {
  const n8n = useN8n();

  function opening(then: TestNode[], parameters: INodeParameters = {}): TestNode[] {
    const [next] = then;
    return [
      { name: 'Start', type: 'items', items: [binaryItem(CHUNK)], to: [['Open']] },
      {
        name: 'Open',
        type: 'asrSession',
        parameters: { operation: 'open', ...parameters },
        to: [next ? [next.name] : []],
      },
      ...then,
    ];
  }

  /** The error that the next node of the same execution, or of another one, gets. */
  async function appended(executionId: string): Promise<TestRun> {
    return n8n.run(
      [
        { name: 'Start', type: 'items', items: [binaryItem(CHUNK)], to: [['Append']] },
        { name: 'Append', type: 'asrAppendAudio' },
      ],
      { executionId },
    );
  }

  async function abort(executionId: string): Promise<void> {
    await n8n.run(
      [
        { name: 'Start', type: 'items', items: [{ json: {} }], to: [['Abort']] },
        { name: 'Abort', type: 'asrSession', parameters: { operation: 'abort' } },
      ],
      { executionId },
    );
  }

  async function sessionGone(): Promise<void> {
    await waitUntil(() => n8n.service.connectionCount === 0, 'the session to have left the service');
  }

  it('when no node uses it for a while, and a late node is told so', async () => {
    await n8n.serve();
    await n8n.run(opening([], { options: { unusedSeconds: 0.05 } }));
    await sessionGone();
    const { error } = await appended(n8n.lastExecutionId);
    assert.equal(error.message, 'The session "main" is over: no node used it for 0.05 s.');
    assert.match(error.description ?? '', /^Open it again/);
  });

  it('after a time that an expression gives as text', async () => {
    await n8n.serve();
    await n8n.run(opening([], { options: { unusedSeconds: '={{ "0.05" }}', longestMinutes: '={{ "" }}' } }));
    await sessionGone();
    const { error } = await appended(n8n.lastExecutionId);
    assert.match(error.message, /no node used it for 0\.05 s/);
  });

  it('when it has reached its maximum length', async () => {
    await n8n.serve();
    await n8n.run(opening([], { options: { longestMinutes: 0.001 } }));
    await sessionGone();
    const { error } = await appended(n8n.lastExecutionId);
    assert.match(error.message, /it was open for 0\.06 s/);
  });

  it('when the execution is cancelled, at once, while another node is at work', async () => {
    await n8n.serve();
    let cancelledAt = 0;
    const unused = { options: { unusedSeconds: 60 } };
    const result = await n8n.run(opening([{ name: 'Wait', type: 'wait' }], unused), {
      onStart: (run) => {
        void waitUntil(() => n8n.service.connectionCount === 1, 'the session').then(async () => {
          cancelledAt = performance.now();
          run.cancel();
          await sessionGone();
        });
      },
    });
    await sessionGone();
    assert.ok(performance.now() - cancelledAt < 20_000);
    assert.equal(result.run.status, 'canceled');
  });

  it('when the execution is cancelled while it waits for results', async () => {
    // The service never sends its end.
    await n8n.serve({
      utterances: [{ text: 'Never.', final: null }],
      faults: [{ on: 'finished', do: 'drop' }],
    });
    const finish: TestNode = { name: 'Finish', type: 'asrSession', parameters: { operation: 'finish' } };
    const append: TestNode = { name: 'Append', type: 'asrAppendAudio', to: [['Finish']] };
    const asked = () =>
      n8n.service.sessions[0]?.received.some(
        (frame) => frame.kind === 'json' && frame.type === 'session.finish',
      ) ?? false;
    const result = await n8n.run(opening([append, { ...finish, onError: 'continueRegularOutput' }]), {
      onStart: (run) => {
        void waitUntil(asked, 'the finish').then(() => {
          run.cancel();
        });
      },
    });
    assert.equal(result.run.status, 'canceled');
    await sessionGone();
  });

  for (const [how, last] of [
    ['ends', 'pass'],
    ['fails', 'fail'],
  ] as const) {
    it(`when the execution ${how}, in versions of n8n that tell nodes`, async () => {
      await n8n.serve();
      // n8n 2.33 and later; this engine is older. Its own method does the same.
      const { prototype } = n8n.engine.core.ExecuteContext;
      prototype.onExecutionFinish = function (handler) {
        const { hooks } = (this as unknown as { additionalData: { hooks: Hooks } }).additionalData;
        hooks.addHandler('workflowExecuteAfter', () => {
          handler();
          return Promise.resolve();
        });
      };
      try {
        await n8n.run(opening([{ name: 'Last', type: last }]));
        await sessionGone();
      } finally {
        delete prototype.onExecutionFinish;
      }
      const { error } = await appended(n8n.lastExecutionId);
      assert.equal(error.message, 'The session "main" is over: the execution it belongs to has ended.');
    });
  }

  it('with the reason of the service, which the next node shows', async () => {
    await n8n.serve({ faults: [{ on: 'configured', do: 'close', code: 1008, reason: 'no' }] });
    const result = await n8n.run(
      opening([
        { name: 'Gone', type: 'pass', to: [['Append']], work: sessionGone },
        { name: 'Append', type: 'asrAppendAudio' },
      ]),
    );
    assert.equal(result.error.name, 'NodeApiError');
    assert.equal(result.error.context.code, 'PROTOCOL_REJECTED');
  });

  it('not with a reload of the package, whose nodes find the session again', async () => {
    await n8n.serve({ utterances: ['Still here.'] });
    const before = n8n.nodeType('asrAppendAudio');
    const reloaded = await n8n.reload();
    assert.notEqual(reloaded.asrAppendAudio, before);
    const result = await n8n.run(
      opening([
        { name: 'Append', type: 'asrAppendAudio', to: [['Finish']] },
        { name: 'Finish', type: 'asrSession', parameters: { operation: 'finish', itemPer: 'session' } },
      ]),
      { nodeTypes: { asrAppendAudio: reloaded.asrAppendAudio! } },
    );
    assert.deepEqual(result.texts('Finish', 1), ['Still here.']);
  });

  it("with its execution, so that an old item's session is not open in another one, and the error says why", async () => {
    await n8n.serve();
    await n8n.run(opening([], { options: { unusedSeconds: 60 } }));
    const opener = n8n.lastExecutionId;
    const { error } = await appended('another-execution');
    assert.equal(error.name, 'NodeOperationError');
    assert.equal(error.message, 'No session "main" is open in this execution.');
    for (const word of ['single step', 'sub-workflow', 'Wait', 'queue mode']) {
      assert.ok(error.description?.includes(word), word);
    }
    // The session is there for its own execution, which a Wait may have brought back to this process.
    assert.equal((await appended(opener)).run.status, 'success');
    await abort(opener);
    await sessionGone();
  });

  it('only by its own execution, and not when another node would open it anew', async () => {
    await n8n.serve();
    const parameters = { operation: 'open', options: { unusedSeconds: 60 } };
    const result = await n8n.run(opening([{ name: 'Again', type: 'asrSession', parameters }], parameters));
    const opener = n8n.lastExecutionId;
    assert.match(result.error.message, /"main" is open in this execution already/);
    assert.equal(n8n.service.sessions.length, 1);
    await abort(opener);
    await sessionGone();
  });

  it('before it is opened, where an expression gives an invalid limit', async () => {
    await n8n.serve();
    for (const unusedSeconds of [-1, 'soon', 1e9]) {
      const { error } = await n8n.run(opening([], { options: { unusedSeconds } }));
      assert.match(error.message, /^Expected "End When Unused" to be a number above 0/);
    }
    assert.equal(n8n.service.sessions.length, 0);
  });

  it('before it is opened, where the service refuses it', async () => {
    await n8n.serve(undefined, { apiKey: 'sk-right-0123456789' });
    const result = await n8n.run(opening([{ name: 'Append', type: 'asrAppendAudio' }]));
    assert.equal(result.error.context.code, 'AUTHENTICATION');
    assert.equal(result.count('Append'), 0);
    await sessionGone();
  });
});
