import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCli, startCli } from '../support/cli';
import { useLibRig } from '../support/lib-rig';
import { freePort, streamAudio } from '../support/live-audio';
import { useLiveServers } from '../support/live-servers';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';
import { WyomingSatellite } from '../support/wyoming-satellite';

describe('flow-asr listen', function () {
  this.timeout(30_000);
  this.slow(4000);
  const servers = useLiveServers();
  const rig = useLibRig();
  const here = () => ['--address', rig.service.url];
  let folder = '';

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('prints each sentence of a web radio as it is heard, and ends at Ctrl+C with 130', async () => {
    await rig.serve({ utterances: ['Good morning.', 'The news.'], loop: true });
    const radio = await servers.http(streamAudio());
    const { child, result, output } = startCli(['listen', radio, ...here()]);
    await waitUntil(() => output.stdout.split('\n').length > 3, 'three sentences', 20_000);
    child.kill('SIGINT');
    const { exitCode, stdout } = await result;
    assert.equal(exitCode, 130);
    assert.match(stdout, /^Good morning\.\nThe news\.\nGood morning\.\n/);
  });

  it('prints what a Wyoming satellite hears, and tells it the text', async () => {
    await rig.serve({ utterances: ['Hello from the kitchen.'], loop: true });
    const satellite = new WyomingSatellite();
    try {
      const port = await satellite.listen();
      const { child, result, output } = startCli(['listen', `wyoming://127.0.0.1:${port}`, ...here()]);
      await satellite.wait('run-satellite', 1, 15_000);
      satellite.wake();
      satellite.speak(silence(3000));
      const [transcript] = await satellite.wait('transcript', 1, 15_000);
      assert.equal(transcript!.data.text, 'Hello from the kitchen.');
      await waitUntil(() => output.stdout.includes('\n'), 'a sentence', 15_000);
      child.kill('SIGTERM');
      assert.match((await result).stdout, /^Hello from the kitchen\.\n/);
      await satellite.wait('pause-satellite');
    } finally {
      await satellite.close();
    }
  });

  it('prints what each device says that sends to a port, behind its name', async () => {
    await rig.serve({ utterances: ['Hello from a device.'], loop: true });
    const port = await freePort();
    const { child, result, output } = startCli(['listen', String(port), '--raw-rate', '16000', ...here()]);
    await waitUntil(() => output.stderr.includes('Listening to'), 'the port', 15_000);
    const device = connect(port, '127.0.0.1');
    device.end(silence(3000));
    await waitUntil(() => output.stdout.includes('\n'), 'a sentence', 15_000);
    child.kill('SIGTERM');
    const { exitCode, stdout } = await result;
    assert.equal(exitCode, 143);
    assert.match(stdout, /^127\.0\.0\.1:\d+: Hello from a device\.\n/);
  });

  it('records the microphone of the computer by a program of the system', async function () {
    if (process.platform !== 'linux') this.skip();
    await rig.serve({ utterances: ['Hello microphone.'], loop: true });
    const samples = path.join(folder, 'samples.raw');
    await writeFile(samples, silence(4000));
    const recorder = path.join(folder, 'arecord');
    await writeFile(recorder, `#!/bin/sh\ncat '${samples}'\nexec sleep 60\n`);
    await chmod(recorder, 0o755);
    const env = { PATH: `${folder}:/usr/bin:/bin`, FFMPEG_PATH: '/nowhere/ffmpeg' };
    const args = ['listen', '--recorder', 'arecord', '--json', ...here()];
    const { child, result, output } = startCli(args, env);
    await waitUntil(() => output.stdout.includes('"type":"final"'), 'a sentence', 20_000);
    child.kill('SIGINT');
    const { exitCode, stdout } = await result;
    assert.equal(exitCode, 130);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { sender: string; type: string });
    assert.ok(events.every(({ sender }) => sender === 'microphone'));
  });

  it('ends with the reason and the exit code of it where the service refuses the key', async () => {
    await rig.serve({}, { apiKey: 'sk-right' });
    const radio = await servers.http(streamAudio());
    const { exitCode, stderr } = await runCli(['listen', radio, ...here()], {
      DASHSCOPE_API_KEY: 'sk-wrong-0815',
    });
    assert.equal(exitCode, 3);
    assert.match(stderr, /^flow-asr: .*refused the API key/);
    assert.doesNotMatch(stderr, /sk-wrong/);
  });

  const mistakes: [args: string[], said: RegExp][] = [
    [['nowhere'], /SOURCE/],
    [['udp:70000'], /`port`.*65535/],
    [['microphone', '--port', '4000'], /--port is for the sources tcp, udp.* not for microphone/],
    [['4000', '--vtt'], /--vtt.*one sender/],
    [['4000', 'udp:4001'], /one SOURCE/],
    [['--source', 'gramophone'], /no source "gramophone"/],
    [['http://127.0.0.1:9/', '--srt', '--json'], /--srt and --json/],
  ];
  for (const [args, said] of mistakes) {
    it(`says in a line what is wrong with ${args.join(' ')}, and exits with 2`, async () => {
      const { exitCode, stdout, stderr } = await runCli(['listen', ...args, '--address', 'ws://127.0.0.1:9']);
      assert.deepEqual([exitCode, stdout], [2, '']);
      assert.match(stderr, said);
      assert.match(stderr, /^flow-asr: .+\n$/);
    });
  }
});
