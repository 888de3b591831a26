import type { Node, NodeAPI, NodeDef } from 'node-red';
import { HotWordsController } from './controller';
import type { HotWordsSettings } from './controller';
import { serveHotWordLists } from './routes';

type AsrHotWordsDef = NodeDef & HotWordsSettings;

export = function (RED: NodeAPI) {
  RED.nodes.registerType<Node, AsrHotWordsDef, object, object>(
    'asr-hot-words',
    function (this: Node, def: AsrHotWordsDef) {
      RED.nodes.createNode(this, def);
      const controller = new HotWordsController(RED, this, def);
      this.on('input', (msg, send, done) => {
        void controller.onInput(msg, send, done);
      });
      this.on('close', (_removed: boolean, done: () => void) => {
        controller.close();
        done();
      });
    },
  );

  serveHotWordLists(RED);
};
