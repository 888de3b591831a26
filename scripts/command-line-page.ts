/** Generates docs/command-line.md from the table of commands and flags. `npm run docs` writes it. */
import type { Flag } from '../bin/cli/command';
import { EXIT_CODES } from '../bin/cli/exit-codes';
import { EXIT_CODES_PAGE, flagText, flagUsage } from '../bin/cli/help';
import { COMMANDS } from '../bin/commands';
import { pagesOf } from '../bin/help-command';
import { table } from './markdown';

export function commandLinePage(): string {
  return [
    '## Exit codes\n',
    table(
      ['code', 'means'],
      EXIT_CODES.map(({ code, help }) => [String(code), help]),
    ),
    'An error that the next of several files would meet as well, such as a wrong key, ends the run with its code.\n',
    ...COMMANDS.flatMap(({ name, operands, about, flags, topics = [], notes }) => [
      `## flow-asr ${name}${operands ? ` ${escaped(operands.usage)}` : ''}\n`,
      `${about}\n`,
      ...flagTable(flags),
      ...(topics.length === 0
        ? []
        : [`Also the flags of ${topics.map((topic) => `[${topic.name}](#${topic.name})`).join(', ')}.\n`]),
      ...(notes === undefined ? [] : [`${notes}\n`]),
    ]),
    ...pagesOf(COMMANDS)
      .filter((page) => page !== EXIT_CODES_PAGE)
      .flatMap(({ name, about, flags }) => [
        `## ${name}\n`,
        ...(about === undefined ? [] : [`${about}\n`]),
        ...flagTable(flags),
      ]),
  ].join('\n');
}

function flagTable(flags: readonly Flag[]): string[] {
  if (flags.length === 0) return [];
  return [
    table(
      ['flag', 'does'],
      flags.map((flag) => [`\`${flagUsage(flag)}\``, escaped(flagText(flag))]),
    ),
  ];
}

function escaped(text: string): string {
  return text.replace(/[|*<]/g, '\\$&');
}
