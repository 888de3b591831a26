import type { Node, NodeAPI, NodeDef } from 'node-red';
import { AppendController } from './controller';
import type { AppendSettings } from './controller';

type AsrAppendAudioDef = NodeDef & AppendSettings;

export = function (RED: NodeAPI) {
  RED.nodes.registerType<Node, AsrAppendAudioDef, object, object>(
    'asr-append-audio',
    function (this: Node, def: AsrAppendAudioDef) {
      RED.nodes.createNode(this, def);
      const controller = new AppendController(RED, this, def);
      this.on('input', (msg, send, done) => {
        void controller.onInput(msg, send, done);
      });
      this.on('close', (_removed: boolean, done: () => void) => {
        controller.close();
        done();
      });
    },
  );
};
