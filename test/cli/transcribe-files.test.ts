import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCli } from '../support/cli';
import { useLibRig } from '../support/lib-rig';
import { silence, wav } from '../support/scripted-audio';

const FUN_ASR = ['--model', 'fun-asr-realtime'];

describe('flow-asr transcribe with several files and formats', function () {
  this.timeout(60_000);
  this.slow(5000);
  const rig = useLibRig();
  let folder = '';
  let files: string[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-'));
    await mkdir(path.join(folder, 'deep', 'er'), { recursive: true });
    files = ['a.wav', 'b[1].wav', 'deep/c.wav', 'deep/er/d.wav'].map((name) => path.join(folder, name));
    for (const file of files) await writeFile(file, wav(silence(2000)));
    await writeFile(path.join(folder, 'notes.txt'), 'This is no recording.');
    await rig.serve({ utterances: ['Good morning.'] });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const run = (...args: string[]) => runCli(['transcribe', ...args, '--address', rig.service.url]);
  const named = (list: readonly string[]) => list.map((file) => `${file}: Good morning.\n`).join('');

  it('prints them in their order, each behind its name, and draws nothing in a pipe', async () => {
    const backwards = [...files].reverse();
    const { exitCode, stdout, stderr } = await run(...backwards, '--jobs', '3');
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.equal(stdout, named(backwards));
  });

  it('finds the files of a pattern that the shell has left, and takes a name with brackets as it is', async () => {
    const { exitCode, stdout } = await run(path.join(folder, '**', '*.wav'));
    assert.deepEqual([exitCode, stdout], [0, named([...files].sort())]);
    const single = await run(path.join(folder, 'b[1].wav'));
    assert.deepEqual([single.exitCode, single.stdout], [0, 'Good morning.\n']);
    const set = await run(path.join(folder, '[!b].wav'), path.join(folder, 'd*', '?.wav'));
    assert.equal(set.stdout, named([files[0]!, files[2]!]));
    const none = await run(path.join(folder, '*.flac'));
    assert.equal(none.exitCode, 2);
    assert.match(none.stderr, /No file matches ".*\*\.flac"/);
  });

  it('exits with 5 where some fail, with a line for each of them, and does the others', async () => {
    const notes = path.join(folder, 'notes.txt');
    const { exitCode, stdout, stderr } = await run(
      files[0]!,
      notes,
      path.join(folder, 'missing.wav'),
      files[2]!,
    );
    assert.equal(exitCode, 5);
    assert.equal(stdout, named([files[0]!, files[2]!]));
    const lines = stderr.trimEnd().split('\n');
    assert.equal(lines.length, 3, stderr);
    assert.match(lines[0]!, /^flow-asr: .*notes\.txt: .*text/);
    assert.match(lines[1]!, /missing\.wav: Cannot read/);
    assert.equal(lines[2], 'flow-asr: 2 of 4 files failed.');
  });

  it('keeps the exit code of a failure that all files have', async () => {
    const { exitCode } = await run(path.join(folder, 'notes.txt'), path.join(folder, 'missing.wav'));
    assert.equal(exitCode, 1);
  });

  it('stops at a failure that every file would have', async () => {
    await rig.serve({}, { apiKey: 'sk-right' });
    const args = ['transcribe', ...files, '--jobs', '1', '--address', rig.service.url];
    const { exitCode, stdout } = await runCli(args, { DASHSCOPE_API_KEY: 'sk-wrong-0815' });
    assert.deepEqual([exitCode, stdout], [3, '']);
    assert.equal(rig.service.sessions.length, 1);
  });

  it('writes a file for each format into a folder, and never over a file that is there', async () => {
    const out = path.join(folder, 'new', 'texts');
    const formats = ['--text', '--srt', '--vtt', '--words', ...FUN_ASR];
    const first = await run(files[0]!, '--out', out, ...formats);
    assert.equal(first.exitCode, 0, first.stderr);
    assert.equal(
      first.stdout,
      ['txt', 'srt', 'vtt', 'words.tsv'].map((end) => `${path.join(out, `a.${end}`)}\n`).join(''),
    );
    const read = (end: string) => readFile(path.join(out, `a.${end}`), 'utf8');
    assert.equal(await read('txt'), 'Good morning.\n');
    assert.match(await read('srt'), /^1\n00:00:\S+ --> 00:00:\S+\nGood morning\.\n/);
    assert.match(await read('vtt'), /^WEBVTT\n\n00:00:\S+ --> 00:00:\S+\nGood morning\.\n/);
    assert.match(await read('words.tsv'), /^\d+\t\d+\tGood\n\d+\t\d+\tmorning\.\n/);

    await writeFile(path.join(out, 'a.txt'), 'Mine.');
    const sessions = rig.service.sessions.length;
    const second = await run(files[0]!, '--out', out);
    assert.deepEqual([second.exitCode, second.stdout], [1, '']);
    assert.match(second.stderr, /a\.txt" is there already\. --force overwrites it/);
    assert.equal(await read('txt'), 'Mine.');
    assert.equal(rig.service.sessions.length, sessions, 'it was sent all the same');

    assert.equal((await run(files[0]!, '--out', out, '--force')).exitCode, 0);
    assert.equal(await read('txt'), 'Good morning.\n');
  });

  it('prints the same captions as the library makes of all sentences at once', async () => {
    await rig.serve({ utterances: ['One.', 'Two.', 'Three.'] });
    await writeFile(files[0]!, wav(silence(8000)));
    const srt = await run(files[0]!, '--srt', ...FUN_ASR);
    assert.match(srt.stdout, /^1\n.*\nOne\.\n\n2\n.*\nTwo\.\n\n3\n.*\nThree\.\n$/);
    const vtt = await run(files[0]!, '--vtt', ...FUN_ASR);
    assert.match(vtt.stdout, /^WEBVTT\n\n.*\nOne\.\n\n.*\nTwo\.\n\n.*\nThree\.\n$/);
  });

  it('sends every setting of a model to the service by a flag of its own', async () => {
    const words = path.join(folder, 'words.txt');
    await writeFile(words, 'Qwen 5\n');
    const flags = ['--model', 'qwen-audio-3.1-asr-flash-streaming', '--silence-ms', '400', '--no-heartbeat'];
    const more = [
      '--speech-noise-threshold',
      '-0.5',
      '--keep-dialect',
      '--vocabulary',
      `@${words}`,
      '--language',
      'en,zh',
    ];
    const { exitCode, stderr } = await run(files[0]!, ...flags, ...more);
    assert.equal(exitCode, 0, stderr);
    const sent = JSON.stringify(rig.service.sessions[0]?.received[0]);
    for (const part of [
      '"max_sentence_silence":400',
      '"heartbeat":false',
      '"speech_noise_threshold":-0.5',
      '"keep_dialect":true',
      '"vocabulary":{"Qwen":5}',
      '"language_hints":["en","zh"]',
    ]) {
      assert.ok(sent.includes(part), `${part} is not in ${sent}`);
    }
  });

  it('does a list of hundreds of files, more than may wait for the first one, in their order', async () => {
    const many = path.join(folder, 'many');
    await mkdir(many);
    const recording = wav(silence(1200));
    for (let i = 0; i < 300; i++)
      await writeFile(path.join(many, `${String(i).padStart(4, '0')}.wav`), recording);
    const { exitCode, stdout, stderr } = await run(path.join(many, '*.wav'), '--jobs', '8');
    assert.deepEqual([exitCode, stderr], [0, '']);
    const names = stdout
      .trimEnd()
      .split('\n')
      .map((line) => path.basename(line.split(': ')[0]!));
    assert.deepEqual(
      names,
      Array.from({ length: 300 }, (_, i) => `${String(i).padStart(4, '0')}.wav`),
    );
  }).timeout(180_000);

  const mistakes: [args: string[], said: RegExp][] = [
    [['--srt', '--vtt'], /--srt and --vtt together need --out/],
    [['--json', '--srt'], /--json and --srt exclude each other/],
    [['--force'], /--force belongs to --out/],
    [['--words'], /--words needs the times of words.*fun-asr-realtime/],
    [['--srt', '--mode', 'manual'], /--srt needs times/],
    [['--jobs', '0'], /--jobs must be a whole number from 1 to 100, not "0"/],
    [['--silence-ms', '10'], /`silenceMs`.*200 to 6000, got 10/],
    [['--silence-ms', 'long'], /`silenceMs`.*got long/],
    [['--connect-timeout-ms', ''], /--connect-timeout-ms must be a number, not ""/],
    [['--semantic-punctuation'], /no setting `semanticPunctuation`/],
    [['--no-json'], /Unknown option '--no-json'/],
    [['--context', '[1]'], /--context must be a text, or JSON/],
    [['--corpus-text', '@/no/such/file'], /--corpus-text @.*ENOENT/],
    [['--header', 'authorization=secret'], /--header must be NAME:VALUE/],
    [['--proxy', 'ftp://proxy'], /`proxy`/],
  ];
  for (const [args, said] of mistakes) {
    it(`says in a line what is wrong with ${args.join(' ')}, and exits with 2`, async () => {
      const { exitCode, stdout, stderr } = await run(files[0]!, ...args);
      assert.deepEqual([exitCode, stdout], [2, '']);
      assert.match(stderr, said);
      assert.match(stderr, /^flow-asr: .+\n$/);
      assert.doesNotMatch(stderr, /secret/);
    });
  }

  it('refuses captions of several files without a folder, two files of one name, and - beside files', async () => {
    const captions = await run(files[0]!, files[2]!, '--srt');
    assert.deepEqual([captions.exitCode, captions.stdout], [2, '']);
    assert.match(captions.stderr, /--srt of several files needs --out/);
    const other = path.join(folder, 'deep', 'a.mp3');
    await writeFile(other, 'x');
    const names = await run(files[0]!, other, '--out', path.join(folder, 'out'));
    assert.equal(names.exitCode, 2);
    assert.match(names.stderr, /would both be written to .*a\.txt/);
    const input = await run(files[0]!, '-');
    assert.equal(input.exitCode, 2);
    assert.match(input.stderr, /Standard input/);
  });
});
