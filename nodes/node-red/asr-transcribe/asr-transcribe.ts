import type { Node, NodeAPI, NodeDef } from 'node-red';
import { TranscribeController } from './controller';
import type { TranscribeSettings } from './controller';

type AsrTranscribeDef = NodeDef & TranscribeSettings;

export = function (RED: NodeAPI) {
  RED.nodes.registerType<Node, AsrTranscribeDef, object, object>(
    'asr-transcribe',
    function (this: Node, def: AsrTranscribeDef) {
      RED.nodes.createNode(this, def);
      const controller = new TranscribeController(RED, this, def);
      this.on('input', (msg, send, done) => {
        void controller.onInput(msg, send, done);
      });
      this.on('close', (_removed: boolean, done: () => void) => {
        controller.close().then(done, done);
      });
    },
  );
};
