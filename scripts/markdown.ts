/** What the generated pages write in the same way. */
import type { ParameterSpec } from '../lib/vocabulary/parameters';

/** The values that a setting takes, and behind a semicolon its default. */
export function valuesOf(spec: ParameterSpec): string {
  switch (spec.kind) {
    case 'boolean':
      return `on or off; ${spec.default ? 'on' : 'off'}`;
    case 'number':
    case 'integer': {
      const range = `${spec.min} to ${spec.max}`;
      return spec.default === undefined ? range : `${range}; ${spec.default}`;
    }
    case 'choice':
      return `${spec.choices.map((choice) => `\`${choice}\``).join(' or ')}; \`${spec.default}\``;
    case 'text':
      return spec.maxBytes === undefined
        ? `text, at most ${spec.maxLength} characters`
        : `text, at most ${spec.maxLength} characters and ${spec.maxBytes} bytes as JSON`;
    case 'vocabulary':
      return `up to ${spec.maxWords} words with weights`;
    case 'wordFilter':
      return `lists of up to ${spec.maxWords} words`;
  }
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}
