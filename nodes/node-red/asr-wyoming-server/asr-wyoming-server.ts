import type { Node, NodeAPI, NodeDef } from 'node-red';
import { WyomingController } from './controller';
import type { WyomingSettings } from './controller';

type AsrWyomingServerDef = NodeDef & WyomingSettings;

export = function (RED: NodeAPI) {
  RED.nodes.registerType<Node, AsrWyomingServerDef, object, object>(
    'asr-wyoming-server',
    function (this: Node, def: AsrWyomingServerDef) {
      RED.nodes.createNode(this, def);
      const controller = new WyomingController(RED, this, def);
      this.on('close', (_removed: boolean, done: () => void) => {
        controller.close().then(done, done);
      });
    },
  );
};
