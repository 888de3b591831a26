import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from './http';
import { temporaryFolder } from './packed';
import { ProcessGroup } from './process-group';

const START_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 20_000;

export interface Tinyproxy {
  /** The address with the user and the password. */
  url: string;
  /** The requests so far, such as `CONNECT 0.0.0.0:8791 HTTP/1.1`. */
  requests: () => string[];
  stop: () => Promise<void>;
}

/** Where Debian's tinyproxy is; `undefined` on a machine without it. */
export function findTinyproxy(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin'];
  return folders.map((folder) => path.join(folder, 'tinyproxy')).find((file) => existsSync(file));
}

/** A real proxy that requires this user and password, and logs every request. */
export async function startTinyproxy(program: string, user: string, password: string): Promise<Tinyproxy> {
  const port = await freePort();
  const config = path.join(temporaryFolder(), 'tinyproxy.conf');
  const lines = [`Port ${port}`, 'Listen 127.0.0.1', `BasicAuth ${user} ${password}`, 'LogLevel Info'];
  await writeFile(config, `${lines.join('\n')}\nTimeout 600\nMaxClients 100\n`);
  const group = new ProcessGroup(program, ['-d', '-c', config]);
  await group.until(
    () => group.output.includes('Accepting connections'),
    'the proxy to start',
    START_WITHIN_MS,
  );
  return {
    url: `http://${user}:${password}@127.0.0.1:${port}`,
    requests: () =>
      [...group.output.matchAll(/Request \(file descriptor \d+\): (.*)/g)].map(([, line = '']) => line),
    stop: () => group.stop(STOP_WITHIN_MS),
  };
}
