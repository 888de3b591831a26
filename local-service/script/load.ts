import { readFileSync } from 'node:fs';
import { messageOf } from '../json';
import { checkScript } from './check';
import { resolveScript } from './resolve';
import type { Script, ScriptFile } from './schema';
import { parseYaml } from './yaml';

/** A script that cannot be read or used; the message says where and why. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}

/**
 * Reads, checks and completes a script.
 * @param source An object, or the path of a JSON or YAML file. Without it the service hears no speech.
 * @throws ScriptError when the file cannot be read or is invalid.
 */
export function loadScript(source: ScriptFile | string | undefined): Script {
  const name = typeof source === 'string' ? source : 'script';
  const file: unknown = typeof source === 'string' ? readScript(source) : (source ?? {});
  const problem = checkScript(file);
  if (problem) throw new ScriptError(`${name}: ${problem}`);
  return resolveScript(file as ScriptFile);
}

function readScript(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ScriptError(`${path}: cannot be read (${messageOf(cause)}).`, { cause });
  }
  try {
    // JSON is YAML, so one parser reads both.
    return parseYaml(text) ?? {};
  } catch (cause) {
    throw new ScriptError(`${path}: is neither JSON nor YAML (${messageOf(cause)}).`, { cause });
  }
}
