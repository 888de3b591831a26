import { readArguments, UsageError } from './cli/arguments';
import { flagsOf } from './cli/command';
import type { Command, Flag } from './cli/command';
import { print } from './cli/output';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

type Shell = (typeof SHELLS)[number];

const SCRIPTS: Readonly<Record<Shell, (commands: readonly Command[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** `flow-asr completion SHELL`: prints a script that completes commands, flags and their values. */
export function completionCommand(commands: () => readonly Command[]): Command {
  const command: Command = {
    name: 'completion',
    operands: { usage: SHELLS.join('|'), completes: SHELLS },
    summary: 'print a script that completes commands and flags in a shell',
    about:
      'Prints a script for a shell.\n\nbash: source <(flow-asr completion bash)\nzsh:  source <(flow-asr completion zsh), or write it to a file _flow-asr in a folder of $fpath\nfish: flow-asr completion fish | source',
    flags: [],
    run: (argv) => {
      const [name, ...more] = readArguments(command, argv).operands;
      const shell = SHELLS.find((one) => one === name);
      if (!shell || more.length > 0) throw new UsageError(`Expected one of ${SHELLS.join(', ')}.`);
      print(SCRIPTS[shell](commands()));
      return Promise.resolve(0);
    },
  };
  return command;
}

/** Every way to write a flag. */
function writtenAs({ name, short, isNegatable }: Flag): string[] {
  return [`--${name}`, ...(isNegatable ? [`--no-${name}`] : []), ...(short ? [`-${short}`] : [])];
}

function bashScript(commands: readonly Command[]): string {
  const cases = commands.map((command) => {
    const flags = flagsOf(command);
    const values = flags.filter(({ value }) => value !== undefined).map(bashValues);
    const { operands } = command;
    return [
      `    ${command.name})`,
      ...(values.length === 0 ? [] : ['      case "$prev" in', ...values, '      esac']),
      `      flags="${flags.flatMap(writtenAs).join(' ')}"`,
      `      words="${Array.isArray(operands?.completes) ? (operands.completes as string[]).join(' ') : ''}"`,
      `      files=${operands?.completes === 'file' ? 1 : ''}`,
      '      ;;',
    ].join('\n');
  });
  return `# Completion of flow-asr for bash, made by: flow-asr completion bash
_flow_asr() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" flags="" words="" files=""
  COMPREPLY=()
  # bash takes the equals sign of --flag=value for a word.
  if [ "$cur" = "=" ]; then cur=""
  elif [ "$prev" = "=" ]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} --help --version" -- "$cur"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  if [[ "$cur" == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  elif [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  else
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  fi
}
complete -F _flow_asr flow-asr
`;
}

function bashValues(flag: Flag): string {
  const { choices, completes } = flag;
  const pattern = writtenAs(flag).join('|');
  if (choices)
    return `        ${pattern}) COMPREPLY=($(compgen -W "${choices.join(' ')}" -- "$cur")); return ;;`;
  if (!completes) return `        ${pattern}) return ;;`;
  const kind = completes === 'folder' ? '-d' : '-f';
  return `        ${pattern}) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen ${kind} -- "$cur"); return ;;`;
}

/** A text in single quotation marks, between which a shell takes everything else as it is. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** In fish, a backslash is an escape there as well. */
function quotedForFish(text: string): string {
  return quoted(text.replaceAll('\\', '\\\\'));
}

function zshScript(commands: readonly Command[]): string {
  const cases = commands.map((command) => {
    const { operands } = command;
    const rest =
      operands === undefined
        ? []
        : [operands.completes === 'file' ? "'*:file:_files'" : `'*:word:(${operands.completes.join(' ')})'`];
    return [
      `    ${command.name})`,
      '      _arguments \\',
      ...[...flagsOf(command).flatMap(zshFlags), ...rest].map((line) => `        ${line} \\`),
      '        && return 0',
      '      ;;',
    ].join('\n');
  });
  const names = commands.map(({ name, summary }) => quoted(`${name}:${summary}`)).join(' ');
  return `#compdef flow-asr
# Completion of flow-asr for zsh, made by: flow-asr completion zsh
_flow_asr() {
  local -a commands=(${names})
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
# A file of $fpath is called for each completion; where it is sourced, it only says what it completes.
case $funcstack[1] in
  _flow_asr|_flow-asr) _flow_asr "$@" ;;
  *) compdef _flow_asr flow-asr ;;
esac
`;
}

function zshFlags(flag: Flag): string[] {
  const { help, value, choices, completes, isRepeatable } = flag;
  const text = help.replace(/[[\]:]/g, '\\$&');
  const action = choices
    ? `(${choices.join(' ')})`
    : completes === undefined
      ? ' '
      : completes === 'folder'
        ? '_files -/'
        : '_files';
  const argument = value === undefined ? '' : `:${value.toLowerCase().replaceAll(':', '\\:')}:${action}`;
  return writtenAs(flag).map((written) => {
    const times = isRepeatable ? '*' : '';
    const joined = value !== undefined && written.startsWith('--') ? '=' : '';
    return quoted(`${times}${written}${joined}[${text}]${argument}`);
  });
}

function fishScript(commands: readonly Command[]): string {
  const lines = commands.flatMap((command) => {
    const { name, summary, operands } = command;
    const inside = `complete -c flow-asr -n '__flow_asr_command ${name}'`;
    const words = operands !== undefined && operands.completes !== 'file' ? operands.completes : [];
    return [
      `complete -c flow-asr -n __flow_asr_no_command -f -a ${name} -d ${quotedForFish(summary)}`,
      ...(operands?.completes === 'file' ? [] : [`${inside} -f`]),
      ...(words.length === 0 ? [] : [`${inside} -a ${quotedForFish(words.join(' '))}`]),
      ...flagsOf(command).flatMap((flag) => fishFlags(flag).map((line) => `${inside} ${line}`)),
    ];
  });
  return `# Completion of flow-asr for fish, made by: flow-asr completion fish
# The command is the first word only: help takes the name of another one.
function __flow_asr_command
  set -l words (commandline -opc)
  test (count $words) -ge 2; and test "$words[2]" = "$argv[1]"
end
function __flow_asr_no_command
  test (count (commandline -opc)) -eq 1
end
complete -c flow-asr -n __flow_asr_no_command -l help
complete -c flow-asr -n __flow_asr_no_command -l version
${lines.join('\n')}
`;
}

function fishFlags({ name, short, value, help, choices, completes, isNegatable }: Flag): string[] {
  const description = `-d ${quotedForFish(help)}`;
  const letter = short === undefined ? '' : ` -s ${short}`;
  const argument =
    value === undefined
      ? ''
      : choices
        ? ` -x -a ${quotedForFish(choices.join(' '))}`
        : completes === 'folder'
          ? ` -x -a '(__fish_complete_directories)'`
          : completes === 'file'
            ? ' -r -F'
            : ' -x';
  return [
    `-l ${name}${letter}${argument} ${description}`,
    ...(isNegatable ? [`-l no-${name} ${description}`] : []),
  ];
}
