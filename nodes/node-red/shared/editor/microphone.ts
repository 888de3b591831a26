// The dialog of the microphone node: the address of its page, or a list of the devices of the computer.
import { fieldsOf } from '../../../../lib/browser';
import { fieldOf, ownText, textIn } from './red';
import type { EditorNode } from './red';

/** Stands in the list for a device that is typed by its name. */
const OTHER = '\n';

interface Device {
  device: string;
  label: string;
}

export function prepareMicrophone(node: EditorNode): void {
  $('#asr-microphone-start').val(String(node.autostart !== false));
  const kind = fieldOf('kind').on('change', () => {
    for (const one of ['browser', 'computer']) $(`#asr-microphone-${one}`).toggle(textIn(kind) === one);
  });
  kind.trigger('change');
  fieldOf('path').on('change keyup', showAddress);
  showAddress();
  const list = $('#asr-microphone-device');
  list.on('change', () => {
    const chosen = textIn(list);
    $('#asr-microphone-other').toggle(chosen === OTHER);
    if (chosen !== OTHER) fieldOf('device').val(chosen);
  });
  // Shown until the answer is here, and where there is none.
  fill(node, []);
  void $.getJSON('asr/microphones').then((answer: unknown) => {
    // Another dialog may be open by then.
    if (list.closest('body').length > 0) fill(node, devicesOf(answer));
  });
}

/** Where the page will be, as far as the editor can know: a proxy may give it another address. */
function showAddress(): void {
  const { httpNodeRoot = '/' } = RED.settings as { httpNodeRoot?: string };
  const path = `${httpNodeRoot}/${textIn(fieldOf('path')).trim() || 'microphone'}`.replace(/\/+/g, '/');
  const { href } = new URL(path, window.location.href);
  $('#asr-microphone-address').attr('href', href).text(href);
}

export function saveMicrophone(node: EditorNode): void {
  node.autostart = $('#asr-microphone-start').val() === 'true';
}

function fill(node: EditorNode, devices: readonly Device[]): void {
  const list = $('#asr-microphone-device').empty();
  const stored = textIn(fieldOf('device'));
  const add = (value: string, text: string): void => {
    list.append($('<option>', { value }).text(text));
  };
  add('', ownText(node, 'device.default'));
  for (const { device, label } of devices) add(device, label);
  add(OTHER, ownText(node, 'device.other'));
  const isListed = stored === '' || devices.some(({ device }) => device === stored);
  list.val(isListed ? stored : OTHER).trigger('change');
}

function devicesOf(answer: unknown): Device[] {
  const { microphones } = fieldsOf(answer);
  if (!Array.isArray(microphones)) return [];
  return microphones.flatMap((one: unknown) => {
    const { device, label } = fieldsOf(one);
    return typeof device === 'string' && typeof label === 'string' ? [{ device, label }] : [];
  });
}
