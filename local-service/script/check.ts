import { isJsonObject, isWhole, show } from '../json';
import { FAILURES } from './failures';
import { QUIRKS } from './quirks';

/** Returns `undefined` for a valid value, else a sentence about what is wrong with the value at `path`. */
type Check = (value: unknown, path: string) => string | undefined;

const expected =
  (what: string, test: (value: unknown) => boolean): Check =>
  (value, path) =>
    test(value) ? undefined : `Expected \`${path}\` to be ${what}, got ${show(value)}.`;

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const text = expected('text', (value) => typeof value === 'string');
const flag = expected('true or false', (value) => typeof value === 'boolean');
const ms = expected('milliseconds, a number >= 0', (value) => isNumber(value) && value >= 0);
const count = expected('a whole number >= 1', (value) => isWhole(value, 1));
const share = expected('a number from 0 to 1', (value) => isNumber(value) && value >= 0 && value <= 1);
const status = expected('an HTTP status from 400 to 599', (value) => isWhole(value, 400, 599));
const closeCode = expected(
  'a WebSocket close code (1000 to 1014 without 1004 to 1006, or 3000 to 4999)',
  (value) => isWhole(value, 1000, 4999) && isSendableCloseCode(value),
);

function isSendableCloseCode(code: number): boolean {
  return (
    (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999)
  );
}

const listOf =
  (item: Check): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return `Expected \`${path}\` to be a list, got ${show(value)}.`;
    for (const [index, entry] of value.entries()) {
      const problem = item(entry, `${path}[${index}]`);
      if (problem) return problem;
    }
    return undefined;
  };

const nameIn = (table: object): Check =>
  expected(
    `one of ${Object.keys(table).join(', ')}`,
    (value) => typeof value === 'string' && Object.hasOwn(table, value),
  );

interface Fields {
  required?: Record<string, Check>;
  optional?: Record<string, Check>;
}

const objectOf =
  ({ required = {}, optional = {} }: Fields): Check =>
  (value, path) => {
    if (!isJsonObject(value))
      return `Expected ${path ? `\`${path}\`` : 'the script'} to be an object, got ${show(value)}.`;
    const known: Record<string, Check> = { ...required, ...optional };
    for (const key of Object.keys(value)) {
      // A misspelt field would otherwise be a fault that never happens.
      if (!Object.hasOwn(known, key)) {
        return `\`${join(path, key)}\` is not known here; known are ${Object.keys(known).join(', ')}.`;
      }
    }
    for (const key of Object.keys(required)) {
      if (value[key] === undefined) return `\`${join(path, key)}\` is missing.`;
    }
    for (const [key, check] of Object.entries(known)) {
      const problem = value[key] === undefined ? undefined : check(value[key], join(path, key));
      if (problem) return problem;
    }
    return undefined;
  };

function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key;
}

const anyObject = expected('an object', isJsonObject);

const step = objectOf({
  optional: { afterMs: ms, stable: text, draft: text, language: text, emotion: text },
});
const word = objectOf({ required: { text, beginMs: ms, endMs: ms }, optional: { punctuation: text } });
const failure = objectOf({ optional: { code: text, message: text } });
const finalText = objectOf({ optional: { text, language: text, emotion: text } });

const utteranceFields = objectOf({
  required: { text },
  optional: {
    language: text,
    emotion: text,
    emotionConfidence: share,
    atMs: ms,
    endMs: ms,
    steps: listOf(step),
    final: (value, path) => (value === null ? undefined : finalText(value, path)),
    words: listOf(word),
    failed: failure,
    error: failure,
  },
});

const utterance: Check = (value, path) => {
  if (typeof value === 'string') return undefined;
  const problem = utteranceFields(value, path);
  if (problem) return problem;
  const { atMs = 0, endMs } = value as { atMs?: number; endMs?: number };
  return endMs === undefined || endMs > atMs
    ? undefined
    : `Expected \`${path}.endMs\` to be after ${atMs}, got ${endMs}.`;
};

const upgrade: Check = (value, path) =>
  isJsonObject(value) && 'hang' in value
    ? objectOf({ required: { hang: expected('true', (hang) => hang === true) } })(value, path)
    : objectOf({ required: { status }, optional: { code: text, message: text, retryAfterSeconds: ms } })(
        value,
        path,
      );

/** A fault has exactly one of these. */
const TRIGGERS: Record<string, Check> = { on: text, atAudioMs: ms, afterMs: ms, idleMs: ms };
/** With `on`, a fault may also have these. */
const ON_FRAME: Record<string, Check> = { nth: count, before: flag };

/** The fields of each action; `true` marks those that act on a frame and so need a trigger `on`. */
const ACTIONS: Record<string, { ofFrame: boolean } & Fields> = {
  drop: { ofFrame: true },
  duplicate: { ofFrame: true },
  delay: { ofFrame: true, required: { ms } },
  hold: { ofFrame: true, optional: { until: text, ms } },
  edit: { ofFrame: true, optional: { set: anyObject, remove: listOf(text) } },
  replace: { ofFrame: true, required: { text } },
  send: { ofFrame: false, optional: { frame: anyObject, text, randomBytes: count } },
  close: { ofFrame: false, required: { code: closeCode }, optional: { reason: text } },
  fail: { ofFrame: false, optional: { as: nameIn(FAILURES), code: text, message: text, closeCode } },
  complete: { ofFrame: false },
  terminate: { ofFrame: false },
  halfOpen: { ofFrame: false },
  readSlowly: { ofFrame: false, required: { bytesPerSecond: count } },
};

const fault: Check = (value, path) => {
  if (!isJsonObject(value)) return `Expected \`${path}\` to be an object, got ${show(value)}.`;
  const name = value.do;
  const action = typeof name === 'string' && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (!action)
    return `Expected \`${path}.do\` to be one of ${Object.keys(ACTIONS).join(', ')}, got ${show(name)}.`;
  const triggers = Object.keys(TRIGGERS).filter((key) => value[key] !== undefined);
  if (triggers.length !== 1) return `\`${path}\` needs exactly one of ${Object.keys(TRIGGERS).join(', ')}.`;
  if (action.ofFrame && value.on === undefined)
    return `\`${path}\` needs \`on\`: ${show(name)} is done to a frame.`;
  if (name === 'fail' && value.as === undefined && value.code === undefined)
    return `\`${path}\` needs \`as\` or \`code\`: how the service fails.`;
  if (name === 'hold' && value.until === undefined && value.ms === undefined) {
    return `\`${path}\` needs \`until\` or \`ms\`, else the frame would be held for ever; use drop for that.`;
  }
  return objectOf({
    required: { do: text, ...action.required },
    optional: {
      ...TRIGGERS,
      ...(value.on === undefined ? {} : ON_FRAME),
      ...action.optional,
    },
  })(value, path);
};

const connection = {
  upgrade,
  utterances: listOf(utterance),
  loop: flag,
  quirks: listOf(nameIn(QUIRKS)),
  faults: listOf(fault),
};

const script = objectOf({
  optional: {
    ...connection,
    defaults: objectOf({ optional: { language: text, emotion: text, wordMs: ms, gapMs: ms } }),
    hotWords: objectOf({ optional: { undeployedMs: ms } }),
    cycle: flag,
    connections: listOf(objectOf({ optional: connection })),
  },
});

/** Returns `undefined` for a valid script, else a sentence that names the invalid field. */
export function checkScript(value: unknown): string | undefined {
  return script(value, '');
}
