import type { Node, NodeAPI, NodeDef } from 'node-red';
import { CommitController } from './controller';
import type { CommitSettings } from './controller';

type AsrCommitDef = NodeDef & CommitSettings;

export = function (RED: NodeAPI) {
  RED.nodes.registerType<Node, AsrCommitDef, object, object>(
    'asr-commit',
    function (this: Node, def: AsrCommitDef) {
      RED.nodes.createNode(this, def);
      const controller = new CommitController(RED, this, def);
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
