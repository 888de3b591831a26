import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../../lib/base/find-program';
import { eventually } from './eventually';

const PROGRAMS = ['pulseaudio', 'pactl', 'parec', 'arecord', 'ffmpeg'] as const;
/** Set on machines that have every program, so that no test is skipped. */
const IS_REQUIRED = Boolean(process.env.FLOW_ASR_TEST_SOUND);

const STARTED_WITHIN_MS = 20_000;
/** A sound server whose test was killed ends by itself after this time without a client. */
const ALONE_FOR_S = 60;

/** Audio comes faster than it was spoken, so that tests take less time. */
const SPEED = 8;
const PIECE_MS = 20;

const run = promisify(execFile);

/** What is missing here for a test with a real sound device; empty where nothing is. */
async function missingPrograms(): Promise<string[]> {
  const found = await Promise.all(PROGRAMS.map((name) => findProgram(name)));
  const missing: string[] = PROGRAMS.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) return missing;
  // ALSA's plug-in for PulseAudio brings a device of this name.
  const { stdout } = await run('arecord', ['-L']);
  return /^pulse$/m.test(stdout) ? [] : ['the plug-in for PulseAudio of ALSA'];
}

/**
 * A PulseAudio of the test's own, whose microphones hear what the test says. Nothing of it touches the sound of this
 * machine.
 */
export class SoundServer {
  /** For programs that record, so that they ask this server and no other. */
  readonly environment: Record<string, string | undefined>;
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #microphones = new Set<PipeMicrophone>();

  private constructor(folder: string) {
    this.#folder = folder;
    this.environment = {
      HOME: folder,
      XDG_RUNTIME_DIR: folder,
      XDG_CONFIG_HOME: folder,
      PULSE_RUNTIME_PATH: folder,
      PULSE_SERVER: `unix:${path.join(folder, 'native')}`,
      ALSA_CONFIG_PATH: path.join(folder, 'asound.conf'),
      FFMPEG_PATH: undefined,
    };
    const args = [
      ...['-n', '--daemonize=no', '--system=no', '--use-pid-file=no', '--realtime=no', '--high-priority=no'],
      ...[`--exit-idle-time=${ALONE_FOR_S}`, '--log-target=stderr', '--log-level=error'],
      ...['-L', `module-native-protocol-unix auth-anonymous=1 socket=${path.join(folder, 'native')}`],
    ];
    this.#process = spawn('pulseaudio', args, { env: this.#variables(), stdio: 'ignore' });
    this.#process.on('error', () => undefined);
    process.once('exit', this.#kill);
  }

  /** Skips the test where programs are missing and need not be there. */
  static async start(test: Mocha.Context): Promise<SoundServer> {
    const missing = await missingPrograms();
    if (missing.length > 0 && !IS_REQUIRED) test.skip();
    assert.deepEqual(missing, [], 'These programs are missing.');
    const folder = await mkdtemp(path.join(tmpdir(), 'sound-'));
    // ALSA's own devices and plug-ins, and the server as the chosen device.
    await writeFile(
      path.join(folder, 'asound.conf'),
      '</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\n',
    );
    const server = new SoundServer(folder);
    try {
      const answers = (): Promise<boolean> => server.#pactl('info').then(Boolean, () => false);
      await eventually(answers, 'the sound server', STARTED_WITHIN_MS);
      return server;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  /** Plugs a microphone in. One of the same name may have been there before. */
  async plugIn(name: string, rateHz = 16_000): Promise<PipeMicrophone> {
    const pipe = path.join(this.#folder, `${name}.pipe`);
    const properties = [
      `source_name=${name}`,
      `file=${pipe}`,
      'format=s16le',
      `rate=${rateHz}`,
      'channels=1',
    ];
    const index = (await this.#pactl('load-module', 'module-pipe-source', ...properties)).trim();
    const microphone = new PipeMicrophone(pipe, rateHz, async () => {
      this.#microphones.delete(microphone);
      await this.#pactl('unload-module', index);
    });
    this.#microphones.add(microphone);
    return microphone;
  }

  async unplugAll(): Promise<void> {
    for (const microphone of this.#microphones) await microphone.unplug();
  }

  /** Ends it and its microphones, and removes its files. */
  async close(): Promise<void> {
    for (const microphone of this.#microphones) microphone.silence();
    process.off('exit', this.#kill);
    if (this.#process.pid !== undefined && this.#process.exitCode === null) {
      const exited = once(this.#process, 'exit');
      this.#kill();
      await exited;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  readonly #kill = (): void => {
    this.#process.kill('SIGKILL');
  };

  async #pactl(...args: string[]): Promise<string> {
    const { stdout } = await run('pactl', args, { env: this.#variables(), timeout: 5000 });
    return stdout;
  }

  #variables(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.environment };
  }
}

/** A microphone that hears silence, and what is said to it, eight times as fast as it was spoken. */
export class PipeMicrophone {
  readonly #pipe: number;
  readonly #pieceBytes: number;
  readonly #timer: NodeJS.Timeout;
  readonly #unload: () => Promise<void>;
  readonly #beganMs = performance.now();
  #pieces = 0;
  #said = Buffer.alloc(0);

  constructor(pipe: string, rateHz: number, unload: () => Promise<void>) {
    // The server reads from it, so this returns at once; and a full pipe must not block the test.
    this.#pipe = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    this.#pieceBytes = 2 * Math.round((rateHz * PIECE_MS) / 1000);
    this.#unload = unload;
    this.#timer = setInterval(() => {
      this.#feed();
    }, PIECE_MS / SPEED);
  }

  /** Says a recording of 16-bit mono samples behind what is still to be said. */
  say(pcm: Buffer): void {
    this.#said = Buffer.concat([this.#said, pcm]);
  }

  async unplug(): Promise<void> {
    this.silence();
    await this.#unload();
  }

  /** It hears nothing any more, not even the room. */
  silence(): void {
    clearInterval(this.#timer);
    closeSync(this.#pipe);
  }

  #feed(): void {
    const due = Math.floor(((performance.now() - this.#beganMs) * SPEED) / PIECE_MS);
    while (this.#pieces < due) {
      const piece = Buffer.alloc(this.#pieceBytes);
      const length = this.#said.copy(piece, 0, 0, piece.length);
      try {
        // A pipe takes a piece of this size whole, or not at all.
        writeSync(this.#pipe, piece);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return;
        throw error;
      }
      this.#said = this.#said.subarray(length);
      this.#pieces += 1;
    }
  }
}
