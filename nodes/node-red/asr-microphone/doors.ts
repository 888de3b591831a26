import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';

/** What a node serves at a path of its own, below the root that Node-RED has for nodes. */
export interface Door {
  /** @param rest What follows the path: empty, or with a slash in front. */
  onRequest: (rest: string, request: Request, response: Response) => void;
  /** A request for a WebSocket, at the path with `/socket` behind it. */
  onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/**
 * The doors of all microphones of a Node-RED. Requests come through `httpNode` and so through its login; WebSockets
 * come past it. What is for none of the doors is left to others.
 */
export class Doors {
  readonly #RED: NodeAPI;
  readonly #doors = new Map<string, Door>();

  constructor(RED: NodeAPI) {
    this.#RED = RED;
    // Express cannot take a route back, so there is one for good, which asks for the doors of the moment.
    RED.httpNode.use((request, response, next) => {
      const found = [...this.#doors].find(([path]) => isWithin(path, request.path));
      if (!found) {
        next();
        return;
      }
      const [path, door] = found;
      door.onRequest(request.path.slice(path.length), request, response);
    });
  }

  /** @returns Whether the path was free. */
  open(path: string, door: Door): boolean {
    if (this.#doors.has(path)) return false;
    if (this.#doors.size === 0) this.#RED.server.on('upgrade', this.#onUpgrade);
    this.#doors.set(path, door);
    return true;
  }

  close(path: string): void {
    this.#doors.delete(path);
    if (this.#doors.size === 0) this.#RED.server.off('upgrade', this.#onUpgrade);
  }

  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const [target = ''] = (request.url ?? '').split('?', 1);
    const root = String(this.#RED.settings.httpNodeRoot ?? '/').replace(/\/+$/, '');
    if (!target.startsWith(root) || !target.endsWith('/socket')) return;
    this.#doors.get(target.slice(root.length, -'/socket'.length))?.onUpgrade(request, socket, head);
  };
}

function isWithin(path: string, target: string): boolean {
  return target === path || target.startsWith(`${path}/`);
}
