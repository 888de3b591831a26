import type { NodeAPI, NodeDef } from 'node-red';
import { ConnectionPool } from '../../lib';
import { fieldsOf, isCloudRegion } from '../../lib/hosts';
import { findNode } from '../../nodes/node-red/shared/red';
import { connectionOf, isCredentialsNode } from './connection';
import type { AsrCredentialsNode, ConnectionDef } from './connection';
import { parseTestRequest, testConnection } from './connection-test';
import { refuseForeign } from './editor-request';

/** The cap on connections is that of a cloud account; a service of one's own has none. */
const OWN_SERVICE_CONNECTIONS = 1000;

// A flow that was written by hand may lack what the editor would have filled in.
type AsrCredentialsDef = NodeDef & Partial<ConnectionDef>;

export = function (RED: NodeAPI) {
  RED.nodes.registerType<AsrCredentialsNode, AsrCredentialsDef, object, { apiKey?: string }>(
    'asr-credentials',
    function (this: AsrCredentialsNode, def: AsrCredentialsDef) {
      RED.nodes.createNode(this, def);
      const { region = 'singapore', workspaceId = '', address = '' } = def;
      const { keySource = 'credential', keyVariable = '', proxy = '' } = def;
      const deployed: ConnectionDef = { region, workspaceId, address, keySource, keyVariable, proxy };
      const pool = new ConnectionPool(isCloudRegion(region) ? {} : { maxOpen: OWN_SERVICE_CONNECTIONS });
      Object.assign(this, {
        deployed,
        pool,
        connection: () => connectionOf(RED, this, deployed, this.credentials.apiKey),
      });
      this.on('close', (_removed: boolean, done: () => void) => {
        pool.close();
        done();
      });
    },
    { credentials: { apiKey: { type: 'password' } } },
  );

  RED.httpAdmin.post(
    '/asr/test-connection',
    RED.auth.needsPermission('asr-credentials.write'),
    (request, response) => {
      const refusal = refuseForeign(request);
      if (refusal) {
        response.status(refusal.status).json({ message: refusal.message });
        return;
      }
      const body: unknown = request.body;
      // A node that was not deployed yet has no stored key.
      const deployed = findNode(RED, String(fieldsOf(body).id), isCredentialsNode);
      void testConnection(RED, deployed, parseTestRequest(body)).then((result) => {
        response.json(result);
      });
    },
  );
};
