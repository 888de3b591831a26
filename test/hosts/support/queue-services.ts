import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './http';
import { ProcessGroup } from './process-group';

const START_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 30_000;
/** Where Debian keeps programs that are not on the PATH. */
const POSTGRES_FOLDER = '/usr/lib/postgresql';

export interface QueueService {
  /** The environment variables that n8n needs for it. */
  env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** Programs that n8n's queue mode needs and this machine does not have. */
export function missingForQueueMode(): string[] {
  return [...REDIS, ...POSTGRES].filter((name) => find(name) === undefined);
}

const REDIS = ['redis-server'];
const POSTGRES = ['initdb', 'postgres'];

function find(name: string): string | undefined {
  const versions = existsSync(POSTGRES_FOLDER) ? readdirSync(POSTGRES_FOLDER) : [];
  const folders = [
    ...(process.env.PATH ?? '').split(path.delimiter),
    ...versions.map((version) => path.join(POSTGRES_FOLDER, version, 'bin')),
  ];
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

/** A Redis without persistence. */
export async function startRedis(): Promise<QueueService> {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const redis = new ProcessGroup(find('redis-server')!, args, { cwd: tmpdir() });
  await redis.until(
    () => redis.output.includes('Ready to accept connections'),
    'Redis to start',
    START_WITHIN_MS,
  );
  return {
    env: { QUEUE_BULL_REDIS_HOST: '127.0.0.1', QUEUE_BULL_REDIS_PORT: String(port) },
    stop: () => redis.stop(STOP_WITHIN_MS),
  };
}

/** A PostgreSQL with a database of its own, which is removed when it stops. It refuses to run as root. */
export async function startPostgres(): Promise<QueueService> {
  const user = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  const folder = mkdtempSync(path.join(tmpdir(), 'flow-asr-postgres-'));
  const remove = () => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = path.join(folder, 'data');
  const options = { cwd: folder, ...user };
  const init = ['-D', data, '-U', 'n8n', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
  await promisify(execFile)(find('initdb')!, init, options);
  const port = await freePort();
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=off'];
  const postgres = new ProcessGroup(find('postgres')!, args, options);
  await postgres.until(
    () => postgres.output.includes('ready to accept connections'),
    'PostgreSQL to start',
    START_WITHIN_MS,
  );
  return {
    env: {
      DB_TYPE: 'postgresdb',
      DB_POSTGRESDB_HOST: '127.0.0.1',
      DB_POSTGRESDB_PORT: String(port),
      DB_POSTGRESDB_DATABASE: 'postgres',
      DB_POSTGRESDB_USER: 'n8n',
    },
    async stop() {
      await postgres.stop(STOP_WITHIN_MS);
      process.off('exit', remove);
      remove();
    },
  };
}

/** Ids of the user that the PostgreSQL package creates. */
function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}
