import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Transcript } from '../../lib';
import { runCli, startCli } from '../support/cli';
import { useLibRig } from '../support/lib-rig';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';
import { withBrokenEnd } from '../support/wav-files';

const KEY = 'sk-5ecre7-d0-not-show-7f3a';

describe('flow-asr transcribe', function () {
  this.timeout(20_000);
  this.slow(3000);
  const rig = useLibRig();
  let folder = '';
  let file = '';

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-'));
    file = path.join(folder, 'hello.wav');
    await writeFile(file, wav(silence(4000)));
  });
  after(() => rm(folder, { recursive: true }));

  const here = () => ['--address', rig.service.url];

  it('prints the text of a recording, and nothing else', async () => {
    await rig.serve({ utterances: ['Good morning everybody.', 'How are you?'] });
    const result = await runCli(['transcribe', file, ...here()]);
    assert.deepEqual(result, { exitCode: 0, stdout: 'Good morning everybody. How are you?\n', stderr: '' });
  });

  it('prints each event as a line of JSON, and the transcript as the last one', async () => {
    await rig.serve({ utterances: [{ text: 'Good morning.', emotion: 'happy' }] });
    const { exitCode, stdout } = await runCli(['transcribe', '--json', ...here(), file]);
    assert.equal(exitCode, 0);
    const lines = stdout.trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { file: string; type: string });
    assert.ok(events.every((event) => event.file === file));
    const types = events.map(({ type }) => type);
    for (const type of ['opened', 'interim', 'final', 'emotion', 'finished'])
      assert.ok(types.includes(type), type);
    const transcript = events.at(-1) as unknown as Transcript & { type: string };
    assert.equal(transcript.type, 'transcript');
    assert.equal(transcript.text, 'Good morning.');
    assert.equal(transcript.emotion, 'happy');
    assert.equal(transcript.statistics.audioInMs, 4000);
  });

  it('prints one line of type error in JSON, whether a session failed or there was none', async () => {
    await rig.serve({}, { apiKey: 'sk-right' });
    const refused = [file, path.join(folder, 'missing.wav')];
    for (const one of refused) {
      const { stdout } = await runCli(['transcribe', one, '--json', ...here()], { DASHSCOPE_API_KEY: KEY });
      const lines = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string; error: Error });
      const errors = lines.filter(({ type }) => type === 'error');
      assert.equal(errors.length, 1);
      assert.match(errors[0]!.error.message, /refused the API key|ENOENT/);
      assert.ok(!stdout.includes(KEY));
    }
  });

  it('passes mode, model and language on to the service', async () => {
    const service = await rig.serve({ utterances: ['Good morning.'] });
    const model = 'qwen3-asr-flash-realtime-2026-02-10';
    const other = ['--other-settings', '{"brand_new": {"deep": 1}}'];
    const options = ['--mode', 'manual', '--model', model, '--language', 'en', ...other];
    const { exitCode, stdout } = await runCli(['transcribe', file, ...here(), ...options]);
    assert.deepEqual([exitCode, stdout], [0, 'Good morning.\n']);
    const [connection] = service.sessions;
    assert.match(connection!.url, new RegExp(`model=${model}$`));
    const [update] = connection!.received;
    const session = update?.kind === 'json' ? (update.frame.session as Record<string, unknown>) : {};
    assert.equal(session.turn_detection, null);
    assert.deepEqual(session.brand_new, { deep: 1 });
    assert.deepEqual(session.input_audio_transcription, { language: 'en' });
  });

  it('prints warnings to stderr and only the text to stdout', async () => {
    await rig.serve({ utterances: ['One.', { text: 'x', failed: {}, steps: [] }] });
    const { exitCode, stdout, stderr } = await runCli(['transcribe', file, ...here()]);
    assert.deepEqual([exitCode, stdout], [0, 'One.\n']);
    assert.match(stderr, /^flow-asr: The service could not recognise a sentence: .*\n$/);
  });

  it('prints the text up to the place where a recording cannot be read, and a warning', async () => {
    await rig.serve({ utterances: ['Good morning.'] });
    const spoilt = path.join(folder, 'spoilt.wav');
    await writeFile(spoilt, withBrokenEnd(wav(silence(3000))));
    const { exitCode, stdout, stderr } = await runCli(['transcribe', spoilt, ...here()]);
    assert.deepEqual([exitCode, stdout], [0, 'Good morning.\n']);
    assert.match(stderr, /^flow-asr: The rest of the audio was left out\. .*\n$/);
  });

  it('takes raw samples as its options describe them, and refuses them without', async () => {
    const raw = path.join(folder, 'call.bin');
    // Two channels of big endian samples.
    const samples = Buffer.alloc(8000 * 4 * 2);
    for (let at = 0; at < samples.length; at += 4) samples.writeInt16BE((at % 8000) - 4000, at);
    await writeFile(raw, samples);
    const service = await rig.serve({ utterances: ['Good morning.'] }, { keepAudio: true });
    const said = ['--rate', '8000', '--channels', '2', '--bits', '16', '--encoding', 's16be'];
    const { exitCode, stdout } = await runCli(['transcribe', raw, ...said, ...here()]);
    assert.deepEqual([exitCode, stdout], [0, 'Good morning.\n']);
    const [session] = service.sessions;
    // One channel at 8 or 16 kHz.
    const heard = Buffer.concat(session?.audio ?? []);
    assert.ok([2, 4].includes(Math.round(heard.length / 16_000)), `${heard.length} bytes`);
    const refused = await runCli(['transcribe', raw, ...here()]);
    assert.deepEqual([refused.exitCode, refused.stdout], [1, '']);
    assert.match(refused.stderr, /--rate and --encoding/);
  });

  it('takes the key from the environment, and shows it nowhere when it is refused', async () => {
    await rig.serve({}, { apiKey: 'sk-right' });
    const args = ['transcribe', file, ...here()];
    const { exitCode, stdout, stderr } = await runCli(args, { DASHSCOPE_API_KEY: KEY });
    assert.equal(exitCode, 3);
    assert.match(stderr, /refused the API key \(HTTP 401\)\. Keys are per region/);
    assert.ok(stderr.includes(rig.service.url), 'the place is not named');
    assert.ok(!(stdout + stderr + args.join()).includes(KEY));
    assert.equal(rig.service.sessions[0]?.headers.authorization, `Bearer ${KEY}`);
  });

  it('takes the workspace of the key from the environment, unless one is given', async () => {
    // An impossible id is refused before anything is sent, so no cloud is contacted.
    const env = { DASHSCOPE_API_KEY: KEY, DASHSCOPE_WORKSPACE_ID: 'of/environment' };
    const run = (...more: string[]) => runCli(['transcribe', file, '--region', 'beijing', ...more], env);
    assert.match((await run()).stderr, /workspaceId.*of\/environment/);
    assert.match((await run('--workspace', 'of/option')).stderr, /workspaceId.*of\/option/);
  });

  it('takes a language tag by its first part', async () => {
    await rig.serve({ utterances: ['Hi.'] });
    const { exitCode } = await runCli(['transcribe', file, '--language', 'en-US', ...here()]);
    assert.equal(exitCode, 0);
    const [update] = rig.service.sessions[0]!.received;
    assert.match(JSON.stringify(update), /"language":"en"/);
  });

  it("does not send the cloud's key to a local service", async () => {
    await rig.serve({ utterances: ['Hi.'] });
    const args = ['transcribe', file, '--region', 'local', ...here()];
    assert.equal((await runCli(args, { DASHSCOPE_API_KEY: KEY })).exitCode, 0);
    assert.equal(rig.service.sessions[0]?.headers.authorization, undefined);
  });

  it('ends quietly when its output is closed by the reader', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const { child, result } = startCli(['transcribe', file, ...here()]);
    child.stdout?.destroy();
    const { exitCode, stderr } = await result;
    assert.deepEqual([exitCode, stderr], [0, '']);
  });

  it('ends without a crash when its error output is closed too', async () => {
    await rig.serve({ utterances: [{ text: 'x', failed: {} }] });
    const { child, result } = startCli(['transcribe', file, ...here()]);
    child.stdout?.destroy();
    child.stderr?.destroy();
    assert.equal((await result).exitCode, 0);
  });

  it('exits at once with 130 at Ctrl+C while it connects, since nothing was heard', async () => {
    const service = await rig.serve({ upgrade: { hang: true } });
    // No other end than the one at once comes within the time of the test.
    const patient = ['--connect-timeout-ms', '600000'];
    const { child, result } = startCli(['transcribe', file, ...patient, ...here()]);
    await waitUntil(() => service.sessions.length > 0, 'the connection', 15_000);
    child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await result;
    assert.deepEqual([exitCode, stdout], [130, '']);
    assert.match(stderr, /^flow-asr: .+\n$/);
  });
});
