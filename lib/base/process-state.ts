import type { FilterTable } from './kernel/filter';
import type { Kernel } from './kernel/kernel';

interface ProcessState {
  /** The audio loops in WebAssembly, loaded when they are needed. */
  kernel: Kernel | undefined;
  /** Coefficients for the newest pairs of sample rates. */
  readonly filterTables: Map<string, FilterTable>;
  readonly audioBlocks: {
    /**
     * Blocks that sessions have given back. Without them every block would be memory that the garbage collector has to
     * find. A sentence takes a block each half second and gives all of them back at its end, so there are at most as many
     * spare blocks as blocks in use; together they are never more than were in use at one time.
     */
    spare: Buffer[];
    /** Number of blocks of all sessions. A session that ends gives up all of its own. */
    inUse: number;
  };
  /** Memory for text messages that no connection reads from. */
  readonly spareTextMessages: Buffer[];
  /** Bytes in all present temporary files. */
  temporaryFileBytes: number;
}

/**
 * The only state of lib/ that no session owns, as lint enforces. Each part is here because sharing it is worth it
 * (bench/README.md), or because it limits what all sessions take together.
 */
export const processState: ProcessState = {
  kernel: undefined,
  filterTables: new Map(),
  audioBlocks: { spare: [], inUse: 0 },
  spareTextMessages: [],
  temporaryFileBytes: 0,
};
