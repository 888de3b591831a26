import { createHash, randomBytes } from 'node:crypto';

const BYTES = 16;
const VALID_MS = 30_000;
/** A page uses its ticket within a second, so older ones are no loss when somebody asks for many. */
const MAX_TICKETS = 1000;

interface Issued {
  page: string;
  expiresAtMs: number;
}

/** Tickets for one connection each, for pages that have passed the login of HTTP, which a WebSocket does not pass. */
export class Tickets {
  readonly #now: () => number;
  /** By the hash of the ticket, so that the time of a search tells nothing of a ticket. */
  readonly #issued = new Map<string, Issued>();

  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** @param page Of whom the connection will be. */
  issue(page: string): string {
    const ticket = randomBytes(BYTES).toString('hex');
    this.#issued.set(hashOf(ticket), { page, expiresAtMs: this.#now() + VALID_MS });
    for (const [hash, { expiresAtMs }] of this.#issued) {
      if (this.#issued.size <= MAX_TICKETS && expiresAtMs > this.#now()) break;
      this.#issued.delete(hash);
    }
    return ticket;
  }

  /** Takes a ticket, which is worth nothing from then on. @returns The page; `undefined` for a ticket that is none. */
  redeem(ticket: string): string | undefined {
    const hash = hashOf(ticket);
    const issued = this.#issued.get(hash);
    this.#issued.delete(hash);
    return issued && issued.expiresAtMs > this.#now() ? issued.page : undefined;
  }
}

function hashOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('hex');
}
