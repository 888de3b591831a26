import assert from 'node:assert/strict';
import { once } from 'node:events';
import { startCli } from '../support/cli';
import type { CliRun } from '../support/cli';
import { useLibRig } from '../support/lib-rig';
import { freePort } from '../support/live-audio';
import { silence } from '../support/scripted-audio';
import { untilStill } from '../support/until-still';
import { waitUntil } from '../support/wait-until';
import { WyomingClient } from '../support/wyoming-client';

const RAW = ['--rate', '16000', '--encoding', 's16le'];
/** Much less than the time limits that an interruption would otherwise wait for. */
const AT_ONCE_MS = 8000;
/** A few of these fill the buffers of a pipe. */
const LONG_TEXT = 'word'.repeat(25_000);

describe('Ctrl+C', function () {
  this.timeout(60_000);
  this.slow(6000);
  const runs: CliRun[] = [];
  afterEach(() => {
    for (const { child } of runs.splice(0)) {
      child.kill('SIGKILL');
      // A stream that nobody reads never closes.
      child.stdout?.destroy();
    }
  });
  const rig = useLibRig();

  function start(...args: string[]): CliRun {
    const run = startCli([...args, '--address', rig.service.url], {}, { hasInput: true });
    runs.push(run);
    return run;
  }

  const finishes = () =>
    rig.service.sessions.filter(({ received }) => JSON.stringify(received).includes('session.finish')).length;

  /** A run whose output nobody takes, and which therefore reads no further. */
  async function stalled(): Promise<CliRun> {
    await rig.serve({ utterances: [LONG_TEXT], loop: true });
    const run = start('transcribe', '-', ...RAW, '--json', '--pace-burst-ms', '600000');
    run.child.stdout!.pause();
    run.child.stdin!.on('error', () => undefined).write(silence(120_000));
    await waitUntil(() => (rig.service.sessions[0]?.audioBytes ?? 0) > 0, 'audio', 20_000);
    await untilStill(() => rig.service.sessions[0]!.audioBytes, 'the stall');
    assert.ok(run.child.stdin!.writableLength > 0, 'everything was read');
    return run;
  }

  it('ends the session although nobody takes the output, which is there when somebody does', async () => {
    const { child, result } = await stalled();
    child.kill('SIGINT');
    await waitUntil(() => finishes() === 1 && rig.service.connectionCount === 0, 'the end', 15_000);
    child.stdout!.resume();
    const { exitCode, stdout, stderr } = await result;
    assert.deepEqual([exitCode, stderr], [130, '']);
    assert.match(stdout, /"type":"transcript".*\n$/);
  });

  it('ends the process at the second time although nobody takes the output', async () => {
    const { child } = await stalled();
    child.kill('SIGINT');
    await waitUntil(() => rig.service.connectionCount === 0, 'the end of the session', 15_000);
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    assert.deepEqual(await ended, [130, null]);
    child.stdout!.destroy();
  });

  it('ends flow-asr wyoming at once at the second time, when the service does not answer the first', async () => {
    await rig.serve({ utterances: ['Turn on the light.'], faults: [{ on: 'finished', do: 'drop' }] });
    const port = await freePort();
    const { child, output, result } = start('wyoming', '--port', String(port));
    await waitUntil(() => output.stderr.includes('listening on'), 'the server', 30_000);
    const client = new WyomingClient(port);
    const asked = finishes();
    client.send('audio-start', { rate: 16_000, width: 2, channels: 1 });
    client.send('audio-chunk', { rate: 16_000, width: 2, channels: 1 }, silence(600));
    await waitUntil(() => rig.service.sessions.at(-1)!.audioBytes > 0, 'the audio', 20_000);
    child.kill('SIGINT');
    await waitUntil(() => finishes() > asked, 'the finish', 10_000);
    const startedAt = performance.now();
    child.kill('SIGINT');
    const { exitCode } = await result;
    client.socket.destroy();
    assert.equal(exitCode, 130);
    assert.ok(performance.now() - startedAt < AT_ONCE_MS);
  });

  it('ends flow-asr hot-words while it waits for words on its standard input', async () => {
    await rig.serve();
    const { child, result } = start('hot-words', 'create', '-', '--model', 'fun-asr-realtime');
    // It has taken the words when it reads, and so when it listens to signals.
    child.stdin!.write('Qwen,5\n'.repeat(100_000));
    await waitUntil(() => child.stdin!.writableLength === 0, 'the reading', 20_000);
    child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await result;
    assert.deepEqual([exitCode, stdout, stderr], [130, '', '']);
  });
});
