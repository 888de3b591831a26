import path from 'node:path';
import type { NodeAPI, NodeDef } from 'node-red';
import { AsrError } from '../../../lib/vocabulary/errors';
import { DEFAULT_MODEL, findModel, MODELS } from '../../../lib/vocabulary/models';
import { VAD_PARAMETERS } from '../../../lib/vocabulary/parameters';
import { serveMicrophonePage } from '../microphone/route';
import type { AsrSessionNode } from '../shared/host';
import { SESSION_LIMITS, TRANSCRIBE_LIMITS } from '../shared/limits';
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

  serveMicrophonePage(RED);
  serveLivePanel(RED, running);

  // For whoever builds on these nodes: the dialogs have the same tables in their own code.
  RED.httpAdmin.get('/asr/models', RED.auth.needsPermission('asr-session.read'), (_request, response) => {
    response.json({
      models: MODELS,
      defaultModel: DEFAULT_MODEL,
      vadParameters: VAD_PARAMETERS,
      limits: { session: SESSION_LIMITS, transcribe: TRANSCRIBE_LIMITS },
    });
  });

  // A model that is not in the list: by its family.
  RED.httpAdmin.get('/asr/models/:id', RED.auth.needsPermission('asr-session.read'), (request, response) => {
    try {
      response.json(findModel(String(request.params.id)));
    } catch (error) {
      if (!(error instanceof AsrError)) throw error;
      response.status(404).json({ code: error.code, message: error.message });
    }
  });

  // What the dialogs of the package share; asr-session.html loads it. Without a permission, as every part of the editor
  // itself: a <script> cannot show who asks.
  RED.httpAdmin.get('/asr/editor/dialogs.js', (_request, response) => {
    response.sendFile('dialogs.js', { root: path.join(__dirname, '../shared/editor') });
  });
};
