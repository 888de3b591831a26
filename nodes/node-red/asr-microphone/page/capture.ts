// The microphone: from the browser's permission to chunks of PCM. There is one at a time, and `close` releases
// everything.
import type { CapturedChunk } from './capture-worklet';

const RATE_HZ = 16_000;

export type CaptureFault = 'insecure' | 'unsupported' | 'denied' | 'none' | 'busy' | 'failed';

/** Why there is no microphone; `code` is the key of its text. */
export class CaptureError extends Error {
  readonly code: CaptureFault;
  readonly detail: string;

  constructor(code: CaptureFault, detail = '') {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

const FAULTS: Readonly<Record<string, CaptureFault>> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'none',
  OverconstrainedError: 'none',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

/** An open microphone. */
export interface Capture {
  deviceId: string | undefined;
  close: () => Promise<void>;
}

export interface CaptureOptions {
  deviceId: string;
  /** Whether the browser removes echo and noise. */
  isCleaned: boolean;
  onChunk: (chunk: CapturedChunk) => void;
  /** Called when the device was removed. */
  onEnd: () => void;
}

/** @throws CaptureError `insecure`, `unsupported` */
export function checkBrowser(): void {
  if (!window.isSecureContext) throw new CaptureError('insecure', window.location.origin);
  // The types describe a browser that has them.
  const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
  if (!mediaDevices || !('AudioWorkletNode' in window)) throw new CaptureError('unsupported');
}

async function openStream(deviceId: string, isCleaned: boolean): Promise<MediaStream> {
  const audio = {
    channelCount: 1,
    echoCancellation: isCleaned,
    noiseSuppression: isCleaned,
    autoGainControl: true,
  };
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: deviceId ? { ...audio, deviceId: { exact: deviceId } } : audio,
    });
  } catch (error) {
    const { name, message } = error as Error;
    throw new CaptureError(FAULTS[name] ?? 'failed', message);
  }
}

/** Uses 16 kHz where the browser resamples a microphone, else the rate of the device. */
function connect(stream: MediaStream): { context: AudioContext; source: MediaStreamAudioSourceNode } {
  try {
    return connectAt(stream, { sampleRate: RATE_HZ });
  } catch {
    return connectAt(stream, {});
  }
}

function connectAt(stream: MediaStream, options: AudioContextOptions): ReturnType<typeof connect> {
  const context = new AudioContext(options);
  try {
    return { context, source: context.createMediaStreamSource(stream) };
  } catch (error) {
    void context.close();
    throw error;
  }
}

/**
 * Opens the microphone.
 * @throws CaptureError
 */
export async function openCapture({ deviceId, isCleaned, onChunk, onEnd }: CaptureOptions): Promise<Capture> {
  checkBrowser();
  const stream = await openStream(deviceId, isCleaned);
  const [track] = stream.getAudioTracks();
  if (!track) throw new CaptureError('none');
  let context: AudioContext | undefined;
  try {
    const connected = connect(stream);
    context = connected.context;
    await context.audioWorklet.addModule('capture-worklet.js');
    const worklet = new AudioWorkletNode(context, 'capture', { numberOfOutputs: 1 });
    worklet.port.onmessage = ({ data }: MessageEvent<CapturedChunk>) => {
      onChunk(data);
    };
    // Its output is silent, but a browser need not run a node that leads nowhere.
    connected.source.connect(worklet).connect(context.destination);
    await context.resume();
  } catch (error) {
    track.stop();
    if (context) await context.close();
    throw new CaptureError('failed', (error as Error).message);
  }
  track.addEventListener('ended', onEnd);
  const opened = context;
  return {
    deviceId: track.getSettings().deviceId,
    async close() {
      track.removeEventListener('ended', onEnd);
      track.stop();
      await opened.close();
    },
  };
}

/** The microphones by name; the browser tells names only after it has granted access to one. */
export async function listDevices(): Promise<MediaDeviceInfo[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind, label }) => kind === 'audioinput' && label !== '');
}
