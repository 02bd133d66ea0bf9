import { LarderError } from "@larder/core";
import type { FolioTable } from "../folio.js";
import { type Restarting, restartingScan } from "../ranges/restarting-scan.js";

/** A table over a local copy. */
export interface CopiedTable extends Pick<FolioTable, "scan" | "close"> {
  /** Called when its bytes prove damaged: the copy is dropped. */
  readonly onDamage: () => Promise<void>;
}

/**
 * A table that is opened once more, and read from the beginning, when the local copy it is read from proves damaged.
 *
 * @param openAnew - opens the item after the damaged copy was dropped
 */
export function restartingTable(
  copy: CopiedTable,
  openAnew: () => Promise<Pick<FolioTable, "scan" | "close">>,
): FolioTable {
  let current: Pick<FolioTable, "scan" | "close"> = copy;
  // Others may still be reading an earlier one.
  const opened = [current];
  let dropping: Promise<void> | undefined;
  let reopening: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  function drop(): Promise<void> {
    dropping ??= copy.onDamage();
    return dropping;
  }

  /** Readers who find the damage at the same time wait for the same new beginning. */
  function reopen(): Promise<void> {
    reopening ??= (async () => {
      await drop();
      current = await openAnew();
      opened.push(current);
      if (closing !== undefined) await current.close();
    })();
    return reopening;
  }

  /** What is damaged is not read again. */
  async function intact(): Promise<typeof current> {
    if (dropping !== undefined && current === copy) await reopen();
    return current;
  }

  async function startAnew(from: typeof current, error: unknown, isOver: boolean): Promise<void> {
    if (!LarderError.isInstance(error, "damaged-blob") || from !== copy) throw error;
    if (isOver) {
      // What was handed on can't be taken back; the next read is of a new copy.
      await drop();
      throw error;
    }
    await reopen();
  }

  const restarting: Restarting = {
    current: () => current.scan(),
    async run(read) {
      for (;;) {
        const from = await intact();
        try {
          return await read(from.scan());
        } catch (error) {
          await startAnew(from, error, false);
        }
      }
    },
    async *stream(read) {
      for (;;) {
        const from = await intact();
        let handedOn = false;
        try {
          for await (const batch of read(from.scan())) {
            handedOn = true;
            yield batch;
          }
          return;
        } catch (error) {
          await startAnew(from, error, handedOn);
        }
      }
    },
  };

  const close = () => {
    closing ??= Promise.all(opened.map((table) => table.close())).then(() => undefined);
    return closing;
  };
  return { scan: () => restartingScan(restarting), close, [Symbol.asyncDispose]: close };
}
