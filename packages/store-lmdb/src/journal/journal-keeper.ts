import type { StoreContext } from "../store-context.js";
import type { WarningListener } from "../warning.js";
import type { Journal } from "./journal.js";
import { compactJournal } from "./rewrite-journal.js";

/** Keeps a journal from growing without end. */
export interface JournalKeeper {
  /** To be called after a commit: begins to write the journal anew in the background, when that is due. */
  look(): void;
  /** Gives up what is under way; resolves when it has ended. */
  stop(): Promise<void>;
}

/** After a failure this many transactions pass before it is tried again. */
const restTransactions = 1000;

export function journalKeeper(
  context: StoreContext,
  { journal, indexId, onWarning }: { journal: Journal; indexId: Uint8Array; onWarning: WarningListener },
): JournalKeeper {
  let running: Promise<void> | undefined;
  let stopped = false;
  let resting = 0;

  async function compact(): Promise<void> {
    try {
      await compactJournal(context, indexId, { isStopped: () => stopped });
    } catch (error) {
      resting = restTransactions;
      onWarning({
        code: "backend-failed",
        message: `The journal ${journal.path} could not be written anew and goes on growing: ${String(error)}. Nothing is lost by it; it is tried again later.`,
        cause: error,
      });
    } finally {
      running = undefined;
    }
  }

  return {
    look() {
      if (stopped || running !== undefined || !journal.isLong()) return;
      if (resting > 0) resting--;
      else running = compact();
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}
