import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { flagsOf } from '../../bin/cli/command';
import { COMMANDS } from '../../bin/commands';
import { runCli } from '../support/cli';

const run = promisify(execFile);

/** What a shell offers behind a line; lines are asked one after the other in the same shell. */
type Ask = (folder: string, lines: readonly string[]) => Promise<string[][]>;

/** A zsh that prints what it would offer, in place of drawing it. */
const ZSHRC = `
fpath=($ZDOTDIR/functions $fpath)
autoload -Uz compinit && compinit -D -u
PS1=
unset RPS1 zle_bracketed_paste
compadd() { local -a hits; builtin compadd -A hits "$@"; print -lr -- "<"$^hits">"; builtin compadd "$@" }
show() { zle complete-word; print "DONE."; zle send-break }
zle -N show
bindkey '^X' show
zle-line-init() { print "READY." }
zle -N zle-line-init
`;
/** Types lines into it at a terminal of its own. */
const AT_TERMINAL = `
zmodload zsh/zpty
zpty shell "ZDOTDIR=$1 zsh -i -d"
until_said() { local part all=; until [[ $all == *$1* ]]; do zpty -r shell part || exit 1; all+=$part; done; print -r -- $all }
shift
for line in "$@"; do until_said READY.; zpty -w -n shell "$line"$'\\x18'; until_said DONE.; print -- ---; done
zpty -d shell
`;

const askZsh: Ask = async (folder, lines) => {
  mkdirSync(path.join(folder, 'functions'));
  writeFileSync(path.join(folder, '.zshrc'), ZSHRC);
  writeFileSync(path.join(folder, 'functions/_flow-asr'), (await runCli(['completion', 'zsh'])).stdout);
  const { stdout } = await run('zsh', ['-f', '-c', AT_TERMINAL, 'zsh', folder, ...lines]);
  return stdout.split('---').map((part) => [...part.matchAll(/<([^<>\s]+)>/g)].map(([, word = '']) => word));
};

const askFish: Ask = async (folder, lines) => {
  const script = path.join(folder, 'flow-asr.fish');
  writeFileSync(script, (await runCli(['completion', 'fish'])).stdout);
  const ask = `source ${script}; for line in $argv; complete -C$line; echo ---; end`;
  const { stdout } = await run('fish', ['--no-config', '-c', ask, ...lines], {
    env: { ...process.env, HOME: folder },
  });
  return stdout.split('---').map((part) => part.split('\n').flatMap((line) => line.split('\t')[0] || []));
};

for (const [shell, ask] of Object.entries({ zsh: askZsh, fish: askFish })) {
  describe(`the completion of flow-asr in a real ${shell}`, function () {
    this.timeout(60_000);
    this.slow(8000);
    const LINES = [
      'flow-asr ',
      'flow-asr transcri',
      'flow-asr help tr',
      'flow-asr help transcribe --',
      'flow-asr transcribe listen --wor',
      'flow-asr transcribe --',
      shell === 'fish' ? 'flow-asr transcribe --mode ' : 'flow-asr transcribe --mode=',
    ];
    let folder = '';
    let offered: string[][] = [];
    const behind = (line: string) => [...new Set(offered[LINES.indexOf(line)])];

    before(async function () {
      const isThere = spawnSync(shell, ['-c', 'exit 0']).status === 0;
      if (!isThere && process.env.FLOW_ASR_TEST_SHELLS !== 'required') this.skip();
      assert.ok(isThere, `${shell} is not installed.`);
      folder = mkdtempSync(path.join(tmpdir(), 'flow-asr-'));
      offered = await ask(folder, LINES);
    });
    after(() => {
      if (folder) rmSync(folder, { recursive: true });
    });

    it('offers every command, and the rest of one that was begun', () => {
      for (const { name } of COMMANDS) assert.ok(behind(LINES[0]!).includes(name), name);
      assert.deepEqual(behind(LINES[1]!), ['transcribe']);
    });

    it('takes the word behind help for its topic, and not for the command', () => {
      assert.deepEqual(behind(LINES[2]!), ['transcribe']);
      assert.deepEqual(
        behind(LINES[3]!).filter((word) => word !== '--help'),
        [],
      );
    });

    it('offers the flags of the command, and not those of an operand that has the name of another one', () => {
      assert.deepEqual(
        behind(LINES[4]!).filter((word) => !word.startsWith('--work')),
        ['--words'],
      );
      const flags = behind(LINES[5]!);
      const { topics = [], flags: own } = COMMANDS.find(({ name }) => name === 'transcribe')!;
      for (const { name } of flagsOf({ topics, flags: own })) assert.ok(flags.includes(`--${name}`), name);
    });

    it('offers the values of a flag', () => {
      assert.deepEqual(behind(LINES[6]!).sort(), ['manual', 'vad']);
    });
  });
}
