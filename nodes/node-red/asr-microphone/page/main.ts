// The page's controls: who talks when. Pressing opens the microphone, so that no audio flows without the user's
// action.
import { CaptureError, checkBrowser, listDevices, openCapture } from './capture';
import type { Capture } from './capture';
import type { CapturedChunk } from './capture-worklet';
import { find } from './elements';
import { FlowLink } from './link';
import type { FlowEvent, FlowLinkState } from './link';
import { openOwnSocket } from './own-socket';
import type { Refusal } from './own-socket';
import { text, translatePage } from './texts';
import { TokenForm } from './token-form';
import { Transcript } from './transcript';

/** Chunks of 100 ms that are kept from before: people begin to speak while they press, and end while they let go. */
const PRE_ROLL_CHUNKS = 3;
const TAIL_CHUNKS = 3;
const QUIETEST_DB = -60;
const CLIPPED = 0.99;

type Action = 'commit' | 'finish';

translatePage();
const talk = find('#talk', HTMLButtonElement);
const mute = find('#mute', HTMLButtonElement);
const device = find('#device', HTMLSelectElement);
const cleaned = find('#cleaned', HTMLInputElement);
const transcript = new Transcript();

let linkState: FlowLinkState = 'connecting';
/** Set while the browser asks for permission. */
let opening: Promise<Capture> | undefined;
let capture: Capture | undefined;
let isTalking = false;
let isMuted = false;
let tail = 0;
let preRoll: ArrayBuffer[] = [];
/** The action to be sent after the last audio. */
let actionAfterTail: Action | undefined;
let droppedMs = 0;
const problems = new Map<string, string>();

const tokenForm = new TokenForm(() => {
  link.connect();
});

const link = new FlowLink(openOwnSocket, {
  onState(state, refusal) {
    linkState = state;
    if (state === 'open') setProblem('link');
    if (refusal) showRefusal(refusal);
    showState();
  },
  onEvent,
  onDropped(ms) {
    droppedMs += ms;
    setProblem('dropped', text('problem.dropped', { seconds: (droppedMs / 1000).toFixed(1) }));
  },
});

function showRefusal(refusal: Refusal): void {
  tokenForm.ask(refusal === 'token');
  // A link to the page without its token is no problem yet.
  if (refusal === 'token' && !tokenForm.hasTyped) setProblem('link');
  else setProblem('link', text(`problem.${refusal}`));
}

/** Warnings about sleep or silence, which need no action of the person in front of the page. */
const QUIET_WARNINGS = ['SLEEPING', 'NO_SPEECH'];

function onEvent(event: FlowEvent): void {
  switch (event.type) {
    case 'interim':
    case 'final':
      transcript.showText(event);
      break;
    case 'emotion':
      transcript.showEmotion(event);
      break;
    case 'opened':
    case 'resumed':
      setProblem('session');
      break;
    case 'reconnecting':
      setProblem('session', text('problem.reconnecting'));
      break;
    case 'warning':
      if (!QUIET_WARNINGS.includes(event.code ?? '')) setProblem('session', event.message);
      break;
    case 'error':
      setProblem('session', event.error?.message);
  }
}

function onChunk({ pcm, rms, peak }: CapturedChunk): void {
  const isOpen = isTalking && !isMuted;
  showLevel(isOpen || isHoldMode() ? rms : 0, peak);
  if (isOpen || tail > 0) {
    for (const chunk of preRoll.splice(0)) link.sendAudio(chunk);
    link.sendAudio(pcm);
  } else if (isHoldMode()) {
    preRoll = [...preRoll, pcm].slice(-PRE_ROLL_CHUNKS);
  }
  if (isOpen || tail === 0) return;
  tail -= 1;
  if (tail === 0) afterTail();
}

function afterTail(): void {
  const action = actionAfterTail;
  actionAfterTail = undefined;
  if (action) link.act(action);
  if (action === 'finish') closeCapture();
}

/** Lets the last word through, then ends the sentence (`commit`) or the session (`finish`). */
function endWith(action: Action): void {
  tail = TAIL_CHUNKS;
  actionAfterTail = action;
}

async function open(): Promise<boolean> {
  if (capture) return true;
  try {
    opening ??= openCapture({
      deviceId: device.value,
      isCleaned: cleaned.checked,
      onChunk,
      onEnd() {
        stop();
        setProblem('microphone', text('problem.ended'));
      },
    });
    capture = await opening;
    setProblem('microphone');
    await showDevices();
    return true;
  } catch (error) {
    showFault(error);
    return false;
  } finally {
    opening = undefined;
  }
}

/** Shows why the microphone cannot be opened. */
function showFault(error: unknown): void {
  const { code, detail } =
    error instanceof CaptureError ? error : new CaptureError('failed', (error as Error).message);
  setProblem('microphone', text(`problem.${code}`, { detail }));
}

/** No last word can come any more. */
function closeCapture(): void {
  void capture?.close();
  capture = undefined;
  preRoll = [];
  tail = 0;
  if (actionAfterTail) link.act(actionAfterTail);
  actionAfterTail = undefined;
  showLevel(0, 0);
}

function stop(): void {
  if (isTalking) actionAfterTail = 'finish';
  isTalking = false;
  closeCapture();
  showState();
}

function isHoldMode(): boolean {
  return find('input[name=mode]:checked', HTMLInputElement).value === 'hold';
}

async function startTalking(): Promise<void> {
  if (isTalking) return;
  isTalking = true;
  isMuted = false;
  tail = 0;
  actionAfterTail = undefined;
  droppedMs = 0;
  setProblem('dropped');
  showState();
  if (!(await open())) isTalking = false;
  // Stopped while the browser asked for permission; a button to hold is likely to be pressed again.
  if (!isTalking && !isHoldMode()) closeCapture();
  showState();
}

function stopTalking(action: Action): void {
  if (!isTalking) return;
  isTalking = false;
  if (capture) endWith(action);
  showState();
}

async function reopen(): Promise<void> {
  closeCapture();
  if (isTalking && !(await open())) stop();
}

const TALK_KEYS = [' ', 'Enter'];

function letGo(): void {
  if (isHoldMode()) stopTalking('commit');
}

talk.addEventListener('pointerdown', (event) => {
  if (!isHoldMode() || event.button !== 0) return;
  talk.setPointerCapture(event.pointerId);
  void startTalking();
});
for (const name of ['pointerup', 'pointercancel', 'lostpointercapture']) {
  talk.addEventListener(name, letGo);
}
talk.addEventListener('keydown', (event) => {
  if (!isHoldMode() || !TALK_KEYS.includes(event.key)) return;
  event.preventDefault();
  void startTalking();
});
talk.addEventListener('keyup', (event) => {
  if (isHoldMode() && TALK_KEYS.includes(event.key)) stopTalking('commit');
});
talk.addEventListener('blur', letGo);
talk.addEventListener('contextmenu', (event) => {
  event.preventDefault();
});
talk.addEventListener('click', () => {
  if (isHoldMode()) return;
  if (isTalking) stopTalking('finish');
  else void startTalking();
});
mute.addEventListener('click', () => {
  isMuted = !isMuted;
  // The silence that would end the sentence does not come any more.
  if (isMuted) endWith('commit');
  showState();
});
for (const radio of document.querySelectorAll('input[name=mode]')) radio.addEventListener('change', stop);
for (const choice of [device, cleaned]) choice.addEventListener('change', () => void reopen());

function setProblem(source: string, message?: string): void {
  if (message) problems.set(source, message);
  else problems.delete(source);
  find('#problem').textContent = [...problems.values()].join(' ');
  find('#problem').hidden = problems.size === 0;
}

function showState(): void {
  const isOpen = isTalking && capture !== undefined;
  const state = linkState !== 'open' || !isOpen ? linkState : isMuted ? 'muted' : 'listening';
  find('#state').textContent = text(`state.${state}`);
  talk.setAttribute('aria-pressed', String(isTalking));
  find('#talk-label').textContent = text(isHoldMode() ? 'talk.hold' : isTalking ? 'talk.stop' : 'talk.start');
  mute.hidden = isHoldMode();
  mute.disabled = !isOpen;
  mute.setAttribute('aria-pressed', String(isOpen && isMuted));
}

function showLevel(rms: number, peak: number): void {
  const db = rms > 0 ? 20 * Math.log10(rms) : QUIETEST_DB;
  const share = Math.min(1, Math.max(0, 1 - db / QUIETEST_DB));
  find('#level-bar').style.transform = `scaleX(${share})`;
  find('#level-bar').classList.toggle('clipped', rms > 0 && peak >= CLIPPED);
  find('#level').setAttribute('aria-valuenow', String(Math.round(share * 100)));
}

async function showDevices(): Promise<void> {
  const devices = await listDevices();
  find('#device-choice').hidden = devices.length < 2;
  device.replaceChildren(
    ...devices.map(({ deviceId, label }) => {
      const option = document.createElement('option');
      option.value = deviceId;
      option.textContent = label;
      option.selected = deviceId === capture?.deviceId;
      return option;
    }),
  );
}

try {
  checkBrowser();
} catch (error) {
  showFault(error);
  talk.disabled = true;
}
showState();
