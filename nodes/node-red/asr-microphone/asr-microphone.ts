import type { Node, NodeAPI, NodeDef } from 'node-red';
import { listMicrophones } from '../../../lib/hosts';
import { MicrophoneController } from './controller';
import type { MicrophoneSettings } from './microphone';

type AsrMicrophoneDef = NodeDef & MicrophoneSettings;

export = function (RED: NodeAPI) {
  RED.nodes.registerType<Node, AsrMicrophoneDef, object, object>(
    'asr-microphone',
    function (this: Node, def: AsrMicrophoneDef) {
      RED.nodes.createNode(this, def);
      const controller = new MicrophoneController(RED, this, def);
      this.on('input', (msg, _send, done) => {
        void controller.onInput(msg, done);
      });
      this.on('close', (_removed: boolean, done: () => void) => {
        controller.close().then(done, done);
      });
    },
  );

  // For the list of devices in the dialog.
  RED.httpAdmin.get(
    '/asr/microphones',
    RED.auth.needsPermission('asr-microphone.read'),
    (_request, response) => {
      void listMicrophones().then((microphones) => response.json({ microphones }));
    },
  );
};
