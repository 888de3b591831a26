import type { Node, NodeAPI, NodeDef } from 'node-red';
import { listMicrophones } from '../../../lib/hosts';
import { MicrophoneController } from './controller';
import { Doors } from './doors';
import type { MicrophoneSecrets, MicrophoneSettings } from './microphone';

type AsrMicrophoneDef = NodeDef & MicrophoneSettings;

export = function (RED: NodeAPI) {
  const doors = new Doors(RED);

  RED.nodes.registerType<Node<MicrophoneSecrets>, AsrMicrophoneDef, object, MicrophoneSecrets>(
    'asr-microphone',
    function (this: Node<MicrophoneSecrets>, def: AsrMicrophoneDef) {
      RED.nodes.createNode(this, def);
      const controller = new MicrophoneController(RED, this, def, doors);
      this.on('input', (msg, _send, done) => {
        void controller.onInput(msg, done);
      });
      this.on('close', (_removed: boolean, done: () => void) => {
        controller.close().then(done, done);
      });
    },
    { credentials: { token: { type: 'password' } } },
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
