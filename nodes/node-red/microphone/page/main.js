/* global window, document, URLSearchParams */
// The page's controls: who talks when. Pressing opens the microphone, so that no audio flows that nobody asked for.
import { checkBrowser, listDevices, openCapture } from './capture.js';
import { Link } from './link.js';
import { text, translatePage } from './texts.js';
import { Transcript } from './transcript.js';

/** The path of the "websocket in" node; as in that node's dialog, behind Node-RED's own root for nodes. */
const DEFAULT_PATH = '/ws/asr';
/** This page is at <root>/asr/microphone/. */
const ROOT = '../..';
/** Of 100 ms: people begin to speak while they press, and end while they let go. */
const PRE_ROLL_CHUNKS = 3;
const TAIL_CHUNKS = 3;
const QUIETEST_DB = -60;
const CLIPPED = 0.99;

translatePage();
const find = (id) => document.querySelector(`#${id}`);
const talk = find('talk');
const mute = find('mute');
const device = find('device');
const transcript = new Transcript();

let linkState = 'connecting';
/** `opening` while the browser asks for permission. */
let opening;
let capture;
let isTalking = false;
let isMuted = false;
let tail = 0;
let preRoll = [];
/** What to ask of the session when the tail has gone out. */
let actionAfterTail;
const problems = new Map();

// --- the flow

/** Only on this server: a link to this page must not send somebody's voice elsewhere. */
function socketUrl() {
  const path = new URLSearchParams(window.location.search).get('path') ?? DEFAULT_PATH;
  const url = new URL(`${ROOT}/${path.replace(/^\/+/, '')}`, window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.host = window.location.host;
  return url;
}

const url = socketUrl();
const link = new Link(url, {
  onState(state) {
    linkState = state;
    if (state === 'open') setProblem('link');
    if (state === 'lost') setProblem('link', text('problem.lost', { path: url.pathname }));
    showState();
  },
  onEvent: (event) => EVENTS[event.type]?.(event),
  onDropped(ms) {
    droppedMs += ms;
    setProblem('dropped', text('problem.dropped', { seconds: (droppedMs / 1000).toFixed(1) }));
  },
});
let droppedMs = 0;

/** Asleep, or nobody spoke: nothing that somebody in front of the page should do something about. */
const QUIET_WARNINGS = ['SLEEPING', 'NO_SPEECH'];

const EVENTS = {
  interim: (event) => transcript.showText(event),
  final: (event) => transcript.showText(event),
  emotion: (event) => transcript.showEmotion(event),
  opened: () => setProblem('session'),
  reconnecting: () => setProblem('session', text('problem.reconnecting')),
  resumed: () => setProblem('session'),
  warning: ({ code, message }) => QUIET_WARNINGS.includes(code) || setProblem('session', message),
  error: ({ error }) => setProblem('session', error?.message),
};

// --- the microphone

function onChunk({ pcm, rms, peak }) {
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

function afterTail() {
  const action = actionAfterTail;
  actionAfterTail = undefined;
  link.act(action);
  if (action === 'finish') closeCapture();
}

/** Lets the last word out, then ends the sentence (`commit`) or the session (`finish`). */
function endWith(action) {
  tail = TAIL_CHUNKS;
  actionAfterTail = action;
}

async function open() {
  if (capture) return true;
  try {
    opening ??= openCapture({
      deviceId: device.value,
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
    setProblem(
      'microphone',
      text(`problem.${error.code ?? 'failed'}`, { detail: error.detail ?? error.message }),
    );
    return false;
  } finally {
    opening = undefined;
  }
}

/** No last word can come any more. */
function closeCapture() {
  capture?.close();
  capture = undefined;
  preRoll = [];
  tail = 0;
  if (actionAfterTail) link.act(actionAfterTail);
  actionAfterTail = undefined;
  showLevel(0, 0);
}

function stop() {
  if (isTalking) actionAfterTail = 'finish';
  isTalking = false;
  closeCapture();
  showState();
}

// --- controls

function isHoldMode() {
  return document.querySelector('input[name=mode]:checked').value === 'hold';
}

async function startTalking() {
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

function stopTalking(action) {
  if (!isTalking) return;
  isTalking = false;
  if (capture) endWith(action);
  showState();
}

const TALK_KEYS = [' ', 'Enter'];

talk.addEventListener('pointerdown', (event) => {
  if (!isHoldMode() || event.button !== 0) return;
  talk.setPointerCapture(event.pointerId);
  void startTalking();
});
for (const name of ['pointerup', 'pointercancel', 'lostpointercapture']) {
  talk.addEventListener(name, () => isHoldMode() && stopTalking('commit'));
}
talk.addEventListener('keydown', (event) => {
  if (!isHoldMode() || !TALK_KEYS.includes(event.key)) return;
  event.preventDefault();
  void startTalking();
});
talk.addEventListener('keyup', (event) => {
  if (isHoldMode() && TALK_KEYS.includes(event.key)) stopTalking('commit');
});
talk.addEventListener('blur', () => isHoldMode() && stopTalking('commit'));
talk.addEventListener('contextmenu', (event) => event.preventDefault());
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
device.addEventListener('change', async () => {
  const wasTalking = isTalking;
  closeCapture();
  if (wasTalking && !(await open())) stop();
});

// --- what it shows

function setProblem(source, message) {
  if (message) problems.set(source, message);
  else problems.delete(source);
  find('problem').textContent = [...problems.values()].join(' ');
  find('problem').hidden = problems.size === 0;
}

function showState() {
  const isOpen = isTalking && capture !== undefined;
  const state = linkState !== 'open' || !isOpen ? linkState : isMuted ? 'muted' : 'listening';
  find('state').textContent = text(`state.${state}`);
  talk.setAttribute('aria-pressed', String(isTalking));
  find('talk-label').textContent = text(isHoldMode() ? 'talk.hold' : isTalking ? 'talk.stop' : 'talk.start');
  mute.hidden = isHoldMode();
  mute.disabled = !isOpen;
  mute.setAttribute('aria-pressed', String(isOpen && isMuted));
}

function showLevel(rms, peak) {
  const db = rms > 0 ? 20 * Math.log10(rms) : QUIETEST_DB;
  const share = Math.min(1, Math.max(0, 1 - db / QUIETEST_DB));
  find('level-bar').style.transform = `scaleX(${share})`;
  find('level-bar').classList.toggle('clipped', rms > 0 && peak >= CLIPPED);
  find('level').setAttribute('aria-valuenow', String(Math.round(share * 100)));
}

async function showDevices() {
  const devices = await listDevices();
  device.closest('label').hidden = devices.length < 2;
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
  setProblem('microphone', text(`problem.${error.code}`, { detail: error.detail }));
  talk.disabled = true;
}
showState();
