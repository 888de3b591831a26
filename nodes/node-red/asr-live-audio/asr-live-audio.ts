import type { Node, NodeAPI, NodeDef } from 'node-red';
import { LiveAudioController } from './controller';
import type { LiveAudioSecrets, LiveAudioSettings } from './controller';

type AsrLiveAudioDef = NodeDef & LiveAudioSettings;

export = function (RED: NodeAPI) {
  RED.nodes.registerType<Node<LiveAudioSecrets>, AsrLiveAudioDef, object, LiveAudioSecrets>(
    'asr-live-audio',
    function (this: Node<LiveAudioSecrets>, def: AsrLiveAudioDef) {
      RED.nodes.createNode(this, def);
      const controller = new LiveAudioController(RED, this, def);
      this.on('input', (msg, _send, done) => {
        void controller.onInput(msg, done);
      });
      this.on('close', (_removed: boolean, done: () => void) => {
        controller.close().then(done, done);
      });
    },
    {
      credentials: {
        user: { type: 'text' },
        password: { type: 'password' },
        token: { type: 'password' },
        callToken: { type: 'password' },
        twilioAuthToken: { type: 'password' },
      },
    },
  );
};
