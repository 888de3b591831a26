import type { NodeAPI } from 'node-red';
import type { ErrorInfo } from '../shared/errors';
import type { SessionView } from './live-session';

/** The sessions of one `asr session` node. */
export interface NodeView {
  nodeId: string;
  /**
   * For an instance of a subflow: the id of the node in the subflow itself, which is the one that the editor knows.
   */
  templateId?: string;
  model: string;
  sessions: SessionView[];
  /** Why the last session ended, as long as no other has opened. */
  failure?: ErrorInfo;
}

/** What the panel needs of a running node. */
export interface Viewable {
  view(): NodeView;
  /** @returns Whether there was such a session. */
  abort(id: string): boolean;
}

/**
 * The routes for the editor's panel of open sessions.
 * @param running The nodes that run at the moment.
 */
export function serveLivePanel(RED: NodeAPI, running: ReadonlySet<Viewable>): void {
  RED.httpAdmin.get('/asr/sessions', RED.auth.needsPermission('asr-session.read'), (_request, response) => {
    response.json({ nodes: [...running].map((node) => node.view()) });
  });

  // A page of another site cannot send DELETE without permission.
  RED.httpAdmin.delete(
    '/asr/sessions/:id',
    RED.auth.needsPermission('asr-session.write'),
    (request, response) => {
      const id = String(request.params.id);
      const isFound = [...running].some((node) => node.abort(id));
      response.sendStatus(isFound ? 204 : 404);
    },
  );
}
