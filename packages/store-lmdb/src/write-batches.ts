import { addressOfKey } from "./blob-address.js";
import { freeFile, type StoreContext } from "./store-operations.js";

/** Runs changes of the index, many in one transaction. */
export interface WriteBatches {
  /**
   * Runs `change` within the next transaction; resolves once that is committed and on disk. A change may run twice: when
   * another one of its batch throws, the batch is undone and run again without that one.
   */
  run<Result>(change: () => Result): Promise<Result>;
  /** Resolves when nothing is waiting; never rejects. */
  idle(): Promise<void>;
}

interface Waiting {
  readonly change: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A transaction holds up this thread and every other writer, so it has an end. */
const batchLimit = 1000;

/** Files freed in one transaction. */
const freeLimit = 200;

/** Changes asked for in one turn of the event loop share a transaction, and so one wait for the disk. */
export function writeBatches(context: StoreContext): WriteBatches {
  const waiting: Waiting[] = [];
  let running: Promise<void> | undefined;

  async function runBatches(): Promise<void> {
    while (waiting.length > 0) {
      // Gives those who write in this turn of the event loop time to join.
      await new Promise((resolve) => setImmediate(resolve));
      await commit(context, waiting.splice(0, batchLimit));
    }
    running = undefined;
  }

  return {
    run(change) {
      const result = new Promise((resolve, reject) => {
        waiting.push({ change, resolve, reject });
      });
      running ??= runBatches();
      return result as Promise<never>;
    },
    async idle() {
      while (running !== undefined) await running;
    },
  };
}

/** Never throws: what fails is told to those who asked for it. */
async function commit(context: StoreContext, batch: readonly Waiting[]): Promise<void> {
  let rest = batch;
  while (rest.length > 0) {
    let failing: Waiting | undefined;
    try {
      const results = await context.transact(() =>
        rest.map((waiting) => {
          failing = waiting;
          const result = waiting.change();
          failing = undefined;
          return result;
        }),
      );
      await freeUnused(context);
      for (const [i, { resolve }] of rest.entries()) resolve(results[i]);
      return;
    } catch (error) {
      const failed = failing === undefined ? rest : [failing];
      for (const { reject } of failed) reject(error);
      rest = rest.filter((waiting) => !failed.includes(waiting));
    }
  }
}

/**
 * Frees the files that nobody points at any more: those of this batch, and those of processes that were killed between
 * the two steps of deleting. What fails here is tried again at the next write.
 */
export async function freeUnused(context: StoreContext): Promise<void> {
  const { environment } = context;
  try {
    for (;;) {
      environment.refresh();
      const keys = environment.unused.keysFrom(Buffer.of(0), freeLimit);
      if (keys.length === 0) return;
      await context.transact(() => {
        for (const key of keys) {
          const address = addressOfKey(key);
          if (address === undefined) environment.unused.remove(key);
          else freeFile(context, address);
        }
      });
    }
  } catch {
    // The change itself is committed. The files stay marked, and `check` names them.
  }
}
