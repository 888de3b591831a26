import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AsrError } from '../vocabulary/errors';
import { codeOf, messageOf } from '../base/error-details';
import { excerpt } from '../base/excerpt';

const CHUNK_BYTES = 64 * 1024;
/** No system has longer paths. */
const MAX_PATH_CHARACTERS = 4096;
/** The system's own error does not repeat a longer path either. */
const MAX_TOLD_CHARACTERS = 120;

/**
 * The bytes of a regular file, chunk by chunk. Nothing else is read: a device may have no end, and opening a named
 * pipe would wait for a writer, in one of the few threads that the whole program has for files.
 * @throws AsrError `BAD_AUDIO` with the reason; `ABORTED`.
 */
export async function* readFile(
  pathOrUrl: string,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  let file;
  try {
    const path = pathOrUrl.startsWith('file:') ? fileURLToPath(pathOrUrl) : pathOrUrl;
    if (path.length > MAX_PATH_CHARACTERS) throw new Error(`a path has no ${path.length} characters.`);
    // Windows has no such flag, and no named pipes among its files.
    file = await open(path, constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0));
    const kind = kindOf(await file.stat());
    if (kind !== undefined) throw new Error(`${excerpt(pathOrUrl)} is ${kind}.`);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (cause) {
    if (signal?.aborted) throw new AsrError('ABORTED', 'Reading the audio file was aborted.', { cause });
    throw new AsrError('BAD_AUDIO', `Cannot read the audio file: ${reasonOf(cause, pathOrUrl)}`, {
      ...(pathOrUrl.length <= MAX_TOLD_CHARACTERS && { cause }),
    });
  } finally {
    await file?.close();
  }
}

/** The kind of a file that is not regular. */
function kindOf(stats: Stats): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return 'a folder (EISDIR); name one recording in it';
  if (stats.isFIFO()) return 'a named pipe (FIFO), and only regular files are read';
  if (stats.isSocket()) return 'a socket, and only regular files are read';
  return 'a device, and only regular files are read';
}

function reasonOf(cause: unknown, path: string): string {
  const name = excerpt(path);
  const code = codeOf(cause);
  switch (code) {
    case 'ENOENT':
      return `there is no file ${name} (ENOENT). A path that is not absolute counts from the folder that the program runs in.`;
    case 'EISDIR':
      return `${name} is a folder (EISDIR); name one recording in it.`;
    case 'ENXIO':
      return `${name} is a socket or a device without anybody behind it, and only regular files are read.`;
    case 'EACCES':
    case 'EPERM':
      return `the program may not read ${name} (${code}).`;
    case 'ENAMETOOLONG':
      return `${name} is too long for the name of a file (${code}).`;
    default:
      return messageOf(cause);
  }
}
