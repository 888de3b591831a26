import type { FlowNode } from '../../hosts/support/node-red';

/**
 * Captions from a microphone: microphone → append audio; asr session → microphone.
 * @param more Further settings of the microphone node.
 */
export function captionsFlow(address: string, more: object = {}): FlowNode[] {
  const back = ['microphone'];
  return [
    { id: 'tab', type: 'tab', label: 'Captions' },
    {
      id: 'microphone',
      type: 'asr-microphone',
      z: 'tab',
      kind: 'browser',
      path: '/microphone',
      wires: [['append']],
      ...more,
    },
    { id: 'append', type: 'asr-append-audio', z: 'tab', session: 'session', wires: [[]] },
    {
      id: 'session',
      type: 'asr-session',
      z: 'tab',
      connection: 'credentials',
      mode: 'vad',
      wires: [back, back, back, back],
    },
    { id: 'credentials', type: 'asr-credentials', region: 'local', address },
  ];
}
