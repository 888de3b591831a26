import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ffmpegPath } from '../support/audio-fixtures';
import { runCli } from '../support/cli';
import { useLibRig } from '../support/lib-rig';
import { FILES, VALUES } from '../support/strangers-input';
import type { Outcome } from '../support/strangers-input';

const SAID = 'Hello there.';

/** The output of the command line for one file. */
interface Answer {
  text?: string;
  message?: string;
}

/** The texts of the table as files; the command line never takes a text for audio. */
const TEXTS = VALUES.filter((row): row is [string, string, Outcome] => typeof row[1] === 'string');

describe("what a stranger's file contains, given to flow-asr transcribe", function () {
  this.timeout(120_000);
  this.slow(20_000);
  const rig = useLibRig();
  let folder = '';
  const files: string[] = [];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-'));
    const all: [name: string, body: Buffer | string][] = [
      ...FILES.map(([, body, name]): [string, Buffer] => [name, body]),
      ...TEXTS.map(([, text]): [string, string] => ['message', text]),
    ];
    for (const [index, [name, body]] of all.entries()) {
      // Each file has a folder of its own, because names repeat.
      const own = path.join(folder, String(index));
      await mkdir(own);
      files.push(path.join(own, name));
      await writeFile(path.join(own, name), body);
    }
  });
  after(() => rm(folder, { recursive: true }));

  async function answers(
    ffmpeg: string,
  ): Promise<{ exitCode: number | null; of: (index: number) => Answer }> {
    await rig.serve({ utterances: [SAID], loop: true });
    const args = ['transcribe', ...files, '--json', '--address', rig.service.url];
    const { exitCode, stdout } = await runCli(args, { FFMPEG_PATH: ffmpeg });
    const found = new Map<string, Answer>();
    for (const line of stdout.trimEnd().split('\n')) {
      const event = JSON.parse(line) as {
        file: string;
        type: string;
        text: string;
        error: { message: string };
      };
      if (event.type === 'transcript') found.set(event.file, { text: event.text });
      if (event.type === 'error') found.set(event.file, { message: event.error.message });
    }
    return { exitCode, of: (index) => found.get(files[index] ?? '') ?? {} };
  }

  function isRight({ text, message }: Answer, outcome: Outcome): boolean {
    if (outcome === 'heard') return text?.startsWith(SAID) ?? false;
    return message !== undefined && outcome.test(message);
  }

  it('is recognised or refused by its name without an ffmpeg, and never an empty success', async () => {
    const { exitCode, of } = await answers('/nowhere/ffmpeg');
    assert.equal(exitCode, 5);
    const wrong = [
      ...FILES.map(([what, , , , outcome], index) =>
        isRight(of(index), outcome) ? '' : `${what}: ${JSON.stringify(of(index))}`,
      ),
      ...TEXTS.map(([what], index) => (of(FILES.length + index).message ? '' : `${what} as a file`)),
    ].filter(Boolean);
    assert.deepEqual(wrong, []);
  });

  it('is recognised or refused with an ffmpeg, which is given only what it may know', async () => {
    const { exitCode, of } = await answers(ffmpegPath());
    assert.equal(exitCode, 5);
    const wrong = [
      ...FILES.map(([what, , , , outcome], index) => {
        const answer = of(index);
        const isForFfmpeg = outcome !== 'heard' && outcome.test('ffmpeg');
        const isAnswered = (answer.text ?? answer.message ?? '') !== '';
        const isGood = isForFfmpeg
          ? isAnswered
          : outcome === 'heard'
            ? isRight(answer, outcome)
            : answer.message !== undefined;
        return isGood ? '' : `${what}: ${JSON.stringify(answer)}`;
      }),
      ...TEXTS.map(([what], index) => (of(FILES.length + index).message ? '' : `${what} as a file`)),
    ].filter(Boolean);
    assert.deepEqual(wrong, []);
  });
});
