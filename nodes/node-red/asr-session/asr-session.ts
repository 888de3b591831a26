import path from 'node:path';
import type { NodeAPI, NodeDef } from 'node-red';
import { removeStaleFiles } from '../../../lib/hosts';
import type { AsrSessionNode } from '../shared/host';
import { SessionController } from './controller';
import type { SessionSettings } from './controller';
import { serveLivePanel } from './live-panel';

type AsrSessionDef = NodeDef & SessionSettings;

export = function (RED: NodeAPI) {
  const running = new Set<SessionController>();

  RED.nodes.registerType<AsrSessionNode, AsrSessionDef, object, object>(
    'asr-session',
    function (this: AsrSessionNode, def: AsrSessionDef) {
      RED.nodes.createNode(this, def);
      const controller = new SessionController(RED, this, def);
      this.asr = controller;
      running.add(controller);
      this.on('input', (msg, _send, done) => {
        void controller.onInput(msg, done);
      });
      this.on('close', (_removed: boolean, done: () => void) => {
        running.delete(controller);
        controller.close().then(done, done);
      });
    },
  );

  // Files of a Node-RED that was killed while it decoded.
  void removeStaleFiles();

  serveLivePanel(RED, running);

  // The code that the package's dialogs share; asr-session.html loads it. It needs no permission, like every part of
  // the editor itself, because a <script> cannot send credentials.
  RED.httpAdmin.get('/asr/editor/dialogs.js', (_request, response) => {
    response.sendFile('dialogs.js', { root: path.join(__dirname, '../shared/editor') });
  });
};
