import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { PACKAGE_NAME, packPackage, ROOT, userFolderWithPackage } from '../hosts/support/packed';
import { assertSaysJfk } from '../support/jfk';

const exec = promisify(execFile);
// It was 1.3 MB before hot-word lists, more live sources, calls and Wyoming were added.
const MAX_UNPACKED_BYTES = 1_800_000;

describe('the packed package', () => {
  it('holds the files that are needed at run time and nothing else', async () => {
    const { files, unpackedSize } = await packPackage();
    const { BROWSER_FILES, BROWSER_FOLDERS } = await import('../../scripts/bundle-browser.mjs');
    const bundled = { files: BROWSER_FILES, folders: BROWSER_FOLDERS };
    // Declarations have a test of their own.
    const packed = files.map((file) => file.path).filter((file) => !file.endsWith('.d.ts'));
    assert.deepEqual(packed.sort(), expectedFiles(bundled).sort());
    assert.ok(unpackedSize < MAX_UNPACKED_BYTES, `${unpackedSize} bytes`);
  });

  it('has every file that its n8n section names, and installs without n8n', async () => {
    const { files } = await packPackage();
    const packed = new Set(files.map((file) => file.path));
    const { n8n, peerDependenciesMeta } = JSON.parse(
      readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
    ) as {
      n8n: { nodes: string[]; credentials: string[] };
      peerDependenciesMeta: Record<string, { optional?: boolean }>;
    };
    for (const file of [...n8n.nodes, ...n8n.credentials]) assert.ok(packed.has(file), file);
    // Its packages need a newer Node.js than Node-RED 4 does.
    assert.equal(peerDependenciesMeta['n8n-workflow']?.optional, true);
    assert.equal(existsSync(path.join(await userFolderWithPackage(), 'node_modules/n8n-workflow')), false);
  });

  it('names the licence of each package that is bundled into it', async () => {
    const { BUNDLED } = await import('../../scripts/bundle-lib.mjs');
    const notice = readFileSync(path.join(ROOT, 'NOTICE.md'), 'utf8');
    for (const name of [...BUNDLED, 'js-yaml'])
      assert.match(notice, new RegExp(`^\\| \`${name}\` +\\| MIT`, 'm'));
  });

  it('has an executable command', async () => {
    const { files } = await packPackage();
    const command = files.find((file) => file.path === 'dist/bin/flow-asr.js');
    assert.equal((command?.mode ?? 0) & 0o111, 0o111);
  });

  it('installs without development packages and with strict engines, and can be required', async () => {
    const folder = await userFolderWithPackage();
    const script = `console.log(Object.keys(require(${JSON.stringify(PACKAGE_NAME)})).join())`;
    const { stdout } = await exec(process.execPath, ['-e', script], { cwd: folder });
    for (const name of ['openSession', 'transcribe', 'readAudio', 'AsrError', 'MODELS', 'REGIONS']) {
      assert.ok(stdout.trim().split(',').includes(name), `${name} in ${stdout}`);
    }
    assert.equal(existsSync(path.join(folder, 'node_modules/node-red')), false);
  });

  it('can be imported by name from an ES module, and is loaded once by import and require', async () => {
    const folder = await userFolderWithPackage();
    const script = `
      import { AsrError, openSession } from '${PACKAGE_NAME}';
      import hosts from '${PACKAGE_NAME}/dist/lib/hosts.js';
      const error = hosts.asAsrError(new Error('unknown'), 'BAD_AUDIO', 'Unreadable');
      console.log(typeof openSession, error instanceof AsrError);`;
    const { stdout } = await exec(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
    assert.equal(stdout.trim(), 'function true');
  });

  it('has a connection pool that works without options, and reports a `connect` that throws as a typed error only', async () => {
    const folder = await userFolderWithPackage();
    const script = `
      import { ConnectionPool, openSession } from '${PACKAGE_NAME}';
      import { WebSocketServer } from 'ws';
      const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
      server.on('connection', (socket) => socket.on('message', (data, isBinary) => {
        if (isBinary) return;
        const { action, task_id } = JSON.parse(data).header;
        const event = action === 'run-task' ? 'task-started' : 'task-finished';
        socket.send(JSON.stringify({ header: { event, task_id, attributes: {} }, payload: {} }));
      }));
      await new Promise((resolve) => server.once('listening', resolve));
      const options = { address: 'ws://127.0.0.1:' + server.address().port, model: 'fun-asr-realtime' };
      const pool = new ConnectionPool();
      for (const _ of [1, 2]) {
        const session = openSession({ ...options, pool });
        await session.append(Buffer.alloc(3200));
        await session.finish();
      }
      const throwing = () => { throw new Error('no network here'); };
      const session = openSession({ ...options, environment: { connect: throwing }, connectTimeoutMs: 50 });
      const error = await session.ready().catch((error) => error);
      const pooled = openSession({ ...options, pool: new ConnectionPool({}, { connect: throwing }), connectTimeoutMs: 50 });
      const other = await pooled.ready().catch((error) => error);
      // The process ends when nothing is left; a timer that was left behind would ring before, and fail it.
      console.log(pool.reusedCount, pool.openCount, error.code, other.code);
      pool.close();
      server.close();`;
    const { stdout } = await exec(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
    assert.match(stdout.trim(), /^1 1 (\w+) \1$/);
  });

  it('names the source line in a stack trace with --enable-source-maps', async () => {
    const folder = await userFolderWithPackage();
    const script = `try { require('${PACKAGE_NAME}').openSession({ apiKey: 'sk-x', mode: 'none' }) } catch (error) { console.log(error.stack) }`;
    const { stdout } = await exec(process.execPath, ['--enable-source-maps', '-e', script], { cwd: folder });
    const [, file = '', line = ''] =
      /at configure \(\S*?\/(lib\/session\/config\.ts):(\d+)/.exec(stdout) ?? [];
    const source = readFileSync(path.join(ROOT, file), 'utf8').split('\n');
    assert.match(source[Number(line) - 1] ?? '', /oneOf\('mode'/, stdout);
  });

  it('has types for exactly what it exports', async () => {
    const folder = await userFolderWithPackage();
    const program = path.join(folder, 'types.ts');
    writeFileSync(program, `import * as all from '${PACKAGE_NAME}';\nexport const copy = { ...all };\n`);
    const compiler = createRequire(__filename).resolve('typescript/bin/tsc');
    const flags =
      '--noEmit --listFiles --strict --ignoreConfig --module nodenext --target es2023 --types node'.split(
        ' ',
      );
    const types = path.join(ROOT, 'node_modules/@types');
    const args = [compiler, ...flags, '--typeRoots', types, program];
    const { stdout } = await exec(process.execPath, args, { cwd: folder });

    const { files } = await packPackage();
    const packed = files.map((file) => file.path).filter((file) => file.endsWith('.d.ts'));
    const place = `/node_modules/${PACKAGE_NAME}/`;
    const read = stdout.split('\n').flatMap((file) => file.trim().split(place)[1] ?? []);
    assert.deepEqual(packed.sort(), read.sort());
  });

  it('runs its command from an installation', async () => {
    const folder = await userFolderWithPackage();
    const command = path.join(folder, 'node_modules', PACKAGE_NAME, 'dist/bin/flow-asr.js');
    const { stdout: help } = await exec(process.execPath, [command, '--help']);
    assert.match(help, /^Usage: flow-asr/);

    const recording = path.join(ROOT, 'test/fixtures/jfk.wav');
    const { DASHSCOPE_API_KEY: _key, ...env } = process.env;
    const { stdout: text } = await exec(process.execPath, [command, 'transcribe', recording], { env });
    assertSaysJfk(text);
  });
});

/**
 * The expected files, from the sources: each compiled file, the modules of lib/ that others import, and the assets
 * beside them.
 */
function expectedFiles(bundled: { files: readonly string[]; folders: readonly string[] }): string[] {
  const isBundled = (file: string) =>
    /\.(ts|json)$|\/dialogs\.css$/.test(file) &&
    bundled.folders.some((folder) => file.startsWith(`${folder}/`));
  const sources = ['local-service', 'nodes', 'credentials', 'bin']
    .flatMap(filesIn)
    .filter((file) => !isBundled(file));
  const compiled = sources.map((file) => `dist/${file.replace(/(\.d)?\.ts$/, '.js')}`);
  const maps = [...compiled, 'dist/lib/modules.js']
    .filter((file) => file.endsWith('.js') && existsSync(path.join(ROOT, `${file}.map`)))
    .map((file) => `${file}.map`);
  const imported = sources.filter((file) => file.endsWith('.ts')).flatMap(importsOfLib);
  // Each host has its own; Node-RED would offer everything in the folder of examples, n8n's too.
  const [n8nIcons, icons] = apart(filesIn('icons'));
  const [, examples] = apart(filesIn('examples'));
  return [
    ...compiled,
    ...bundled.files.map((file) => `dist/${file}`),
    ...maps,
    ...new Set(['lib/index.js', 'lib/modules.js', ...imported].map((file) => `dist/${file}`)),
    ...icons.map((file) => `dist/credentials/node-red/${file}`),
    ...n8nIcons.map((file) => `dist/${file}`),
    // Users read programs in the repository; the package has flows only.
    ...examples.filter((file) => file.endsWith('.json')),
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'NOTICE.md',
    'README.zh-CN.md',
    'package.json',
  ];
}

/** The modules of lib/ that a source needs at run time. */
function importsOfLib(file: string): string[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const asked = [...text.matchAll(/^(?:import|export) (?!type )[^;]*?from '(\.[^']*)'/gm)].map(
    ([, name]) => name ?? '',
  );
  return asked
    .map((name) => path.posix.join(path.posix.dirname(file), name))
    .map((name) => (existsSync(path.join(ROOT, `${name}.ts`)) ? name : `${name}/index`))
    .filter((name) => name.startsWith('lib/'))
    .map((name) => `${name}.js`);
}

function apart(files: string[]): [n8n: string[], others: string[]] {
  const isOfN8n = (file: string) => file.split('/')[1] === 'n8n';
  return [files.filter(isOfN8n), files.filter((file) => !isOfN8n(file))];
}

function filesIn(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}
