import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RecogniserError, startLocalService } from '../../local-service';
import { cacheFolder } from '../../local-service/recogniser/cache';

describe('local service: fetching the recogniser', function () {
  this.timeout(180_000);
  let cache: string;
  beforeEach(async () => {
    cache = await mkdtemp(path.join(tmpdir(), 'flow-asr-test-'));
  });
  afterEach(() => rm(cache, { recursive: true, force: true }));

  it('takes the cache folder from the environment and the operating system', () => {
    assert.equal(cacheFolder({ FLOW_ASR_CACHE: '/a', XDG_CACHE_HOME: '/b' }), path.resolve('/a'));
    assert.equal(cacheFolder({ XDG_CACHE_HOME: '/b' }), path.join('/b', 'flow-asr'));
    assert.equal(cacheFolder({ LOCALAPPDATA: '/c' }, 'win32'), path.join('/c', 'flow-asr'));
    assert.match(cacheFolder({}, 'linux'), /\.cache.flow-asr$/);
  });

  it('says what to do when npm cannot fetch it, and leaves nothing half done', async () => {
    const registry = process.env.npm_config_registry;
    const npmCache = process.env.npm_config_cache;
    process.env.npm_config_registry = 'http://127.0.0.1:9/';
    process.env.npm_config_cache = path.join(cache, 'npm');
    try {
      await assert.rejects(startLocalService({ engine: 'recogniser', cache }), (error) => {
        assert.ok(error instanceof RecogniserError);
        assert.match(
          error.message,
          /could not be fetched: .*Connect this machine to the network once.*engine "script"/s,
        );
        return true;
      });
    } finally {
      restore('npm_config_registry', registry);
      restore('npm_config_cache', npmCache);
    }
    assert.deepEqual(
      (await readdir(cache)).filter((name) => name.startsWith('recogniser')),
      [],
    );
  });

  it('stops at its signal', async () => {
    const stop = new AbortController();
    const starting = startLocalService({ engine: 'recogniser', cache, signal: stop.signal });
    stop.abort();
    await assert.rejects(starting, { name: 'AbortError' });
    assert.deepEqual(await readdir(cache), []);
  });

  it('lets two processes fetch at the same time', async () => {
    const services = await Promise.all([1, 2].map(() => startLocalService({ engine: 'recogniser', cache })));
    const names = await readdir(cache);
    await Promise.all(services.map((service) => service.close()));
    assert.equal(names.length, 1);
    assert.ok(existsSync(path.join(cache, names[0]!, 'tokens.txt')));
  });

  function restore(name: string, value: string | undefined): void {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});
