import { ChildProgram } from '../../base/child-program';
import { findFfmpeg } from '../../audio/find-ffmpeg';
import { findProgram } from '../../base/find-program';
import { ALSA_DEVICE, AVFOUNDATION_DEVICE, PULSE_DEVICE } from './device-names';
import type { Recorder } from './kinds';

/** A microphone of this computer. */
export interface Microphone {
  recorder: Recorder;
  /** The recorder's name of it. */
  device: string;
  /** The name for people; the same as `device` where the recorder says no more. */
  label: string;
}

const MAX_MICROPHONES = 100;
const MAX_LIST_BYTES = 256 * 1024;
/** A sound server that hangs must not keep a dialog waiting. */
const LIST_WITHIN_MS = 3000;

/**
 * The microphones of this computer, as its recorders name them. It never fails: a recorder that is missing, hangs or
 * complains has none.
 */
export async function listMicrophones(platform: NodeJS.Platform = process.platform): Promise<Microphone[]> {
  const lists = await Promise.all(LISTS[platform]?.() ?? [pulseSources(), alsaDevices()]);
  return lists.flat().slice(0, MAX_MICROPHONES);
}

const LISTS: Partial<Record<NodeJS.Platform, () => Promise<Microphone[]>[]>> = {
  darwin: () => [avfoundationDevices()],
  win32: () => [dshowDevices()],
};

/** `index⇥name⇥module⇥sample specification⇥state`. The monitors of what is played come last. */
async function pulseSources(): Promise<Microphone[]> {
  const { printed } = await listOf(await findProgram('pactl'), ['list', 'short', 'sources']);
  const names = printed
    .split('\n')
    .map((line) => line.split('\t')[1] ?? '')
    .filter((name) => PULSE_DEVICE.test(name));
  const isMonitor = (name: string): boolean => name.endsWith('.monitor');
  return [...names.filter((name) => !isMonitor(name)), ...names.filter(isMonitor)].map((device) => ({
    recorder: 'parec',
    device,
    label: device,
  }));
}

/**
 * `arecord -L` prints each name at the beginning of a line, and its description in the indented lines behind it. Of
 * the several names of a device, `plughw` is the one that takes every rate.
 */
async function alsaDevices(): Promise<Microphone[]> {
  const { printed } = await listOf(await findProgram('arecord'), ['-L']);
  return printed
    .split(/\n(?=\S)/)
    .map((entry) => entry.split('\n').map((line) => line.trim()))
    .filter(([name = '']) => /^(default|pulse|pipewire|plughw:.*)$/.test(name) && ALSA_DEVICE.test(name))
    .map(([device = '', ...description]) => ({
      recorder: 'arecord',
      device,
      label: description[0] ? `${description[0]} (${device})` : device,
    }));
}

/** ffmpeg prints `[AVFoundation indev @ 0x…] [0] MacBook Microphone` below `AVFoundation audio devices:`. */
async function avfoundationDevices(): Promise<Microphone[]> {
  const args = ['-hide_banner', '-f', 'avfoundation', '-list_devices', 'true', '-i', ''];
  const { said } = await listOf(await findFfmpeg(), args);
  const [, audio = ''] = said.split(/audio devices:/i);
  return [...audio.matchAll(/\] \[(\d+)\] (.+)$/gm)]
    .map(([, index = '', label = '']) => ({ recorder: 'ffmpeg' as const, device: `:${index}`, label }))
    .filter(({ device }) => AVFOUNDATION_DEVICE.test(device));
}

/** ffmpeg prints `[dshow @ 0x…] "Microphone (USB)" (audio)`. */
async function dshowDevices(): Promise<Microphone[]> {
  const args = ['-hide_banner', '-f', 'dshow', '-list_devices', 'true', '-i', 'dummy'];
  const { said } = await listOf(await findFfmpeg(), args);
  return [...said.matchAll(/\] +"([^"\p{Cc}]+)" \(audio\)/gu)].map(([, label = '']) => ({
    recorder: 'ffmpeg',
    device: `audio=${label}`,
    label,
  }));
}

/** Runs a program and returns its output, within bounds of time and size. */
async function listOf(
  program: string | undefined,
  args: readonly string[],
): Promise<{ printed: string; said: string }> {
  if (program === undefined) return { printed: '', said: '' };
  const child = new ChildProgram({ program, args });
  const chunks: Buffer[] = [];
  let bytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_LIST_BYTES) child.kill('SIGKILL');
    else chunks.push(chunk);
  });
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
  }, LIST_WITHIN_MS);
  await child.exited;
  clearTimeout(timer);
  return { printed: Buffer.concat(chunks).toString(), said: child.messages };
}
