// Node-RED in a process of its own, with this repository linked into its user folder.
import { fork } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from '../project.mjs';

const STOP_WITHIN_MS = 15_000;

/** Links the package into a folder as `npm install <this repository>` in a user folder would. */
export function linkPackage(userFolder) {
  const { name } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const link = path.join(userFolder, 'node_modules', name);
  mkdirSync(path.dirname(link), { recursive: true });
  if (!existsSync(link)) symlinkSync(root, link, 'junction');
  const file = path.join(userFolder, 'package.json');
  if (existsSync(file)) return;
  const target = `file:${path.relative(userFolder, root)}`;
  const content = { name: 'flow-asr-demo', private: true, dependencies: { [name]: target } };
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}

/**
 * Starts Node-RED. Its log goes to `node-red.log` in the user folder.
 * @param onNews Called with the messages of settings.cjs.
 */
export function startNodeRed({ userFolder, port, onNews }) {
  const script = createRequire(import.meta.url).resolve('node-red/red.js');
  const logFile = path.join(userFolder, 'node-red.log');
  const args = ['--userDir', userFolder, '--settings', path.join(root, 'scripts/demo/settings.cjs')];
  const child = fork(script, [...args, '--port', String(port)], { cwd: root, silent: true });
  const log = createWriteStream(logFile);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });

  let isOver = false;
  const exited = new Promise((resolve) => {
    child.once('close', (code) => {
      isOver = true;
      log.end();
      resolve(code);
    });
  });
  const flowsStarted = new Promise((resolve) => {
    child.on('message', (news) => {
      if (news.kind === 'flows-started') resolve();
      onNews(news);
    });
  });
  const url = `http://127.0.0.1:${port}/`;
  const died = exited.then((code) => {
    const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-15);
    throw new Error(`Node-RED ended with exit code ${code}. Its last words:\n${lines.join('\n')}`);
  });
  died.catch(() => undefined);

  return {
    url,
    /** Rejects when Node-RED ends. */
    died,
    /** Resolves when the flows run and the editor answers. */
    async ready() {
      await Promise.race([flowsStarted, died]);
      await Promise.race([untilAnswering(url, () => isOver), died]);
    },
    /** Does what the button of an inject node does. */
    async press(injectId) {
      const response = await fetch(`${url}inject/${injectId}`, { method: 'POST' });
      if (!response.ok) throw new Error(`Node-RED refused to start the recording (${response.status}).`);
    },
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** It asks no more once Node-RED is over: its timer would keep this process running for ever. */
async function untilAnswering(url, isOver) {
  while (!isOver()) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
