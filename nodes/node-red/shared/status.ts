import type { Node, NodeStatus } from 'node-red';
import { failureBadge } from './errors';
import type { Translate } from './red';

/** All badges of the package. The text is `<node type>.status.<badge>` in the locales, under 20 characters. */
const BADGES = {
  connecting: { fill: 'yellow', shape: 'ring' },
  noRoom: { fill: 'yellow', shape: 'ring' },
  reconnecting: { fill: 'yellow', shape: 'ring' },
  sleeping: { fill: 'grey', shape: 'dot' },
  listening: { fill: 'grey', shape: 'ring' },
  connected: { fill: 'green', shape: 'dot' },
  speech: { fill: 'blue', shape: 'dot' },
  buffering: { fill: 'yellow', shape: 'dot' },
  finishing: { fill: 'blue', shape: 'ring' },
  sessions: { fill: 'green', shape: 'dot' },
  sessionsSleeping: { fill: 'grey', shape: 'dot' },
  sessionsConnecting: { fill: 'yellow', shape: 'ring' },
  quiet: { fill: 'yellow', shape: 'ring' },
  playing: { fill: 'blue', shape: 'dot' },
  waiting: { fill: 'blue', shape: 'ring' },
  recognising: { fill: 'blue', shape: 'dot' },
  asking: { fill: 'blue', shape: 'ring' },
  done: { fill: 'green', shape: 'dot' },
  queue: { fill: 'blue', shape: 'dot' },
  again: { fill: 'yellow', shape: 'ring' },
  receiving: { fill: 'green', shape: 'dot' },
  level: { fill: 'green', shape: 'dot' },
  noDevice: { fill: 'green', shape: 'ring' },
  devices: { fill: 'green', shape: 'dot' },
  stopped: { fill: 'grey', shape: 'ring' },
} as const;

export type Badge = keyof typeof BADGES;

/**
 * A node's badge. Texts are looked up and sent only when the badge changes, because audio and interims come many
 * times a second.
 */
export class Status {
  readonly #node: Node;
  readonly #translate: Translate;
  #shown = '';
  #closed = false;

  constructor(node: Node, translate: Translate) {
    this.#node = node;
    this.#translate = translate;
  }

  set(badge: Badge, values: Record<string, string | number> = {}): void {
    this.#show(badge, BADGES[badge], values);
  }

  setFailed(error: unknown): void {
    this.#show(`failed.${failureBadge(error)}`, { fill: 'red', shape: 'ring' });
  }

  clear(): void {
    this.#show('');
  }

  /** Clears the badge and shows nothing from then on, because callbacks may still come after the node is gone. */
  close(): void {
    this.clear();
    this.#closed = true;
  }

  #show(badge: string, look: NodeStatus = {}, values: Record<string, string | number> = {}): void {
    const key = [badge, ...Object.values(values)].join();
    if (this.#closed || key === this.#shown) return;
    this.#shown = key;
    const text = badge && this.#translate(`${this.#node.type}.status.${badge}`, values);
    this.#node.status(text ? { ...look, text } : {});
  }
}
