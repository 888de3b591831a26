import path from 'node:path';
import type { NodeAPI, NodeDef } from 'node-red';
import { DEFAULT_MODEL, MODELS } from '../../../lib/models';
import type { AsrSessionNode } from '../shared/host';
import { SESSION_LIMITS, TRANSCRIBE_LIMITS } from '../shared/limits';
import { SessionController } from './controller';
import type { SessionSettings } from './controller';

type AsrSessionDef = NodeDef & SessionSettings;

export = function (RED: NodeAPI) {
  RED.nodes.registerType<AsrSessionNode, AsrSessionDef, object, object>(
    'asr-session',
    function (this: AsrSessionNode, def: AsrSessionDef) {
      RED.nodes.createNode(this, def);
      const controller = new SessionController(RED, this, def);
      this.asr = controller;
      this.on('input', (msg, _send, done) => {
        void controller.onInput(msg, done);
      });
      this.on('close', (_removed: boolean, done: () => void) => {
        controller.close();
        done();
      });
    },
  );

  // What the editor suggests and validates comes from the client's own table, so that there is no second one.
  RED.httpAdmin.get('/asr/models', RED.auth.needsPermission('asr-session.read'), (_request, response) => {
    response.json({
      models: MODELS,
      defaultModel: DEFAULT_MODEL,
      limits: { session: SESSION_LIMITS, transcribe: TRANSCRIBE_LIMITS },
    });
  });

  // Without a permission, as every part of the editor itself: a <script> cannot show who asks.
  RED.httpAdmin.get('/asr/editor.js', (_request, response) => {
    response.sendFile('editor.js', { root: path.join(__dirname, '../shared') });
  });
};
