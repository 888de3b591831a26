import { fieldsOf } from '../lib/hosts';
import type { ContextTurn } from '../lib';

/**
 * The dialogue before, as messages and expressions have it: the person's last words, a list of turns, one turn, or
 * such a list as JSON text. Nothing and an empty text are an empty dialogue.
 * @returns `undefined` for anything else.
 */
export function readDialogue(value: unknown): ContextTurn[] | undefined {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return readText(value);
  const turns: unknown[] = Array.isArray(value) ? value : [value];
  if (!turns.every(isTurn)) return undefined;
  // Messages may carry more than the client knows, so only known fields are passed on.
  return turns.map(({ user, assistant }) => ({
    ...(user !== undefined && { user }),
    ...(assistant !== undefined && { assistant }),
  }));
}

function readText(text: string): ContextTurn[] | undefined {
  if (text.trim() === '') return [];
  if (!/^\s*\[\s*[{\]]/.test(text)) return [{ user: text }];
  try {
    return readDialogue(JSON.parse(text));
  } catch {
    // It only begins like a list.
    return [{ user: text }];
  }
}

function isTurn(value: unknown): value is ContextTurn {
  const { user, assistant } = fieldsOf(value);
  const texts = [user, assistant].filter((text) => text !== undefined);
  return texts.length > 0 && texts.every((text) => typeof text === 'string');
}
