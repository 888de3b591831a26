/* global window, navigator, AudioContext, AudioWorkletNode */
// The microphone: from the browser's permission to chunks of PCM. One at a time; `close` gives everything back.
const RATE_HZ = 16_000;

/** Why there is no microphone; `code` is the key of its text. */
export class CaptureError extends Error {
  constructor(code, detail = '') {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

const CODES = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'none',
  OverconstrainedError: 'none',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

/** @throws CaptureError `insecure`, `unsupported` */
export function checkBrowser() {
  if (!window.isSecureContext) throw new CaptureError('insecure', window.location.origin);
  if (!navigator.mediaDevices?.getUserMedia || !window.AudioWorkletNode)
    throw new CaptureError('unsupported');
}

async function openStream(deviceId) {
  // What makes speech nicer for people makes it harder to recognise; quiet speakers are the exception.
  const audio = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: true };
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: deviceId ? { ...audio, deviceId: { exact: deviceId } } : audio,
    });
  } catch (error) {
    throw new CaptureError(CODES[error.name] ?? 'failed', error.message);
  }
}

/** At 16 kHz where the browser does that for a microphone, else at the rate that it has. */
function connect(stream) {
  for (const options of [{ sampleRate: RATE_HZ }, {}]) {
    const context = new AudioContext(options);
    try {
      return { context, source: context.createMediaStreamSource(stream) };
    } catch (error) {
      void context.close();
      if (!options.sampleRate) throw new CaptureError('failed', error.message);
    }
  }
}

/**
 * Opens the microphone.
 * @param onChunk hears `{pcm, rms, peak}` ten times a second
 * @param onEnd hears that the device was taken away
 * @throws CaptureError
 */
export async function openCapture({ deviceId, onChunk, onEnd }) {
  checkBrowser();
  const stream = await openStream(deviceId);
  const [track] = stream.getAudioTracks();
  let context;
  try {
    const connected = connect(stream);
    context = connected.context;
    await context.audioWorklet.addModule('capture-worklet.js');
    const worklet = new AudioWorkletNode(context, 'capture', { numberOfOutputs: 1 });
    worklet.port.onmessage = ({ data }) => onChunk(data);
    // Silent, but a browser need not run what leads nowhere.
    connected.source.connect(worklet).connect(context.destination);
    await context.resume();
  } catch (error) {
    track.stop();
    if (context) await context.close();
    throw error instanceof CaptureError ? error : new CaptureError('failed', error.message);
  }
  track.addEventListener('ended', onEnd);
  return {
    deviceId: track.getSettings().deviceId,
    async close() {
      track.removeEventListener('ended', onEnd);
      track.stop();
      await context.close();
    },
  };
}

/** The microphones, by name; the browser tells the names once it has given one of them. */
export async function listDevices() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind, label }) => kind === 'audioinput' && label !== '');
}
