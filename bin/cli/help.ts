import { HELP_FLAG } from './command';
import type { Command, Flag, Topic } from './command';
import { EXIT_CODES } from './exit-codes';

const MAX_COLUMNS = 110;
const HELP_COLUMN = 22;

const EXIT_CODES_LINE = `Exit codes: ${EXIT_CODES.map(({ code, name }) => `${code} ${name}`).join(', ')}. flow-asr help exit-codes tells more.`;

/** The help of all commands. */
export function overview(commands: readonly Command[], pages: readonly Topic[]): string {
  return (
    [
      'Usage: flow-asr COMMAND [OPTIONS]',
      section(
        'Commands',
        commands.map(({ name, operands, summary }) => [
          operands ? `${name} ${operands.usage}` : name,
          summary,
        ]),
      ),
      section(
        'Topics, for flow-asr help TOPIC',
        pages.map(({ name, summary }) => [name, summary]),
      ),
      'flow-asr COMMAND --help tells more, and flow-asr --version says which one this is.',
    ].join('\n\n') + '\n'
  );
}

/** The help of one command. */
export function commandHelp(command: Command): string {
  const { name, operands, about, flags, topics = [], notes } = command;
  const parts = [
    `Usage: flow-asr ${name}${operands ? ` ${operands.usage}` : ''} [OPTIONS]`,
    wrapped(about),
    section('Options', [...flags, HELP_FLAG].map(flagRow)),
    ...(topics.length === 0
      ? []
      : [
          section(
            'More options, for flow-asr help TOPIC',
            topics.map((topic) => [topic.name, topic.summary]),
          ),
        ]),
    ...(notes === undefined ? [] : [wrapped(notes)]),
    wrapped(EXIT_CODES_LINE),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The help of a topic. */
export function topicHelp({ name, summary, about, flags }: Topic): string {
  const parts = [
    `flow-asr help ${name}: ${summary}`,
    ...(about === undefined ? [] : [wrapped(about)]),
    ...(flags.length === 0 ? [] : [rows(flags.map(flagRow))]),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The page about exit codes. */
export const EXIT_CODES_PAGE: Topic = {
  name: 'exit-codes',
  summary: 'what the exit code of a command says',
  about: EXIT_CODES.map(({ code, help }) => `${String(code).padEnd(5)}${help}`).join('\n'),
  flags: [],
};

/** A flag as it is typed: `--language L`. */
export function flagUsage({ name, value, short, isNegatable }: Flag): string {
  const long = `${isNegatable ? '--[no-]' : '--'}${name}${value === undefined ? '' : ` ${value}`}`;
  return short === undefined ? long : `-${short}, ${long}`;
}

/** What a flag does, and the values that it takes. */
export function flagText({ help, choices = [], isRepeatable }: Flag): string {
  const values = choices.length === 0 ? '' : ` One of ${choices.join(', ')}.`;
  return `${help}${values}${isRepeatable ? ' May be given several times.' : ''}`;
}

function flagRow(flag: Flag): [string, string] {
  return [flagUsage(flag), flagText(flag)];
}

function section(title: string, entries: readonly (readonly [string, string])[]): string {
  return `${title}:\n${rows(entries)}`;
}

/** Two columns. What is too long for the first stands on a line of its own. */
function rows(entries: readonly (readonly [string, string])[]): string {
  return entries
    .map(([left, right]) => {
      const lines = wrap(right, MAX_COLUMNS - HELP_COLUMN - 2);
      const isLong = left.length > HELP_COLUMN - 2;
      const [first = '', ...rest] = isLong ? ['', ...lines] : lines;
      const indent = ' '.repeat(HELP_COLUMN + 2);
      const head = isLong ? `  ${left}` : `  ${left.padEnd(HELP_COLUMN)}${first}`;
      return [head, ...rest.map((line) => indent + line)].join('\n');
    })
    .join('\n');
}

function wrapped(text: string): string {
  return text
    .split('\n')
    .map((line) => wrap(line, MAX_COLUMNS).join('\n'))
    .join('\n');
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\S) (?=\S)/)) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
