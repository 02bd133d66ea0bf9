import { rmSync } from "node:fs";
import type { TransactionView } from "@larder/core";
import type { OpenStore } from "../open-store.js";
import { runWithRoom } from "../space/run-with-room.js";
import { freeFile } from "../store-operations.js";
import { syncBlob } from "../sync-blob.js";
import { applyChanges, type WrittenFile } from "./apply-changes.js";
import { asynchronousBody } from "./transaction-error.js";
import { type OpenView, openView } from "./transaction-view.js";

/** How the blobs of a transaction are stored. */
export interface TransactionSettings {
  /** Larger blobs go to files. */
  readonly inlineLimitBytes: number;
  /** Whether files and their names are on disk when the transaction resolves. */
  readonly sync: boolean;
}

/** What became of a body: what it returned, or what it threw. */
export type BodyOutcome<Result> = { readonly result: Result } | { readonly thrown: unknown };

/**
 * Runs `body` within the next write transaction of the index: see `Transactions` of core.
 *
 * @returns what the body returned, after the commit, or what it threw, having changed nothing
 * @throws what kept its changes from being stored; none is stored then
 */
export async function runTransaction<Result>(
  store: OpenStore,
  body: (view: TransactionView) => Result,
  { inlineLimitBytes, sync }: TransactionSettings,
): Promise<BodyOutcome<Result>> {
  /** Of all runs. */
  const files: WrittenFile[] = [];
  try {
    const { outcome, reads } = await runWithRoom(store, () => {
      const open = openView(store, inlineLimitBytes);
      const outcome = runBody(open, body);
      if ("thrown" in outcome) return { outcome, reads: open.reads };
      const full = applyChanges(store, open.changes, { sync, onFile: (file) => files.push(file) });
      return full ?? { outcome, reads: open.reads };
    });
    for (const [key, storedSequence] of reads) store.space.noteRead(key, storedSequence);
    if (sync) for (const { reference } of files) await syncBlob(store.root, reference);
    return outcome;
  } catch (error) {
    await freeNamed(store, files);
    throw error;
  } finally {
    for (const { path } of files) rmSync(path, { force: true });
  }
}

function runBody<Result>({ view, end }: OpenView, body: (view: TransactionView) => Result): BodyOutcome<Result> {
  let outcome: BodyOutcome<Result>;
  try {
    const result = body(view);
    outcome = isPromise(result) ? { thrown: asynchronousBody() } : { result };
  } catch (thrown) {
    outcome = { thrown };
  }
  end();
  return outcome;
}

/** What was named in a transaction that was undone is nobody's. */
async function freeNamed(store: OpenStore, files: readonly WrittenFile[]): Promise<void> {
  if (files.length === 0) return;
  const free = () => {
    for (const { reference } of files) freeFile(store, reference);
  };
  // When this fails too, `check` names the files.
  await store.batches.run(free).catch(() => undefined);
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== "object" || value === null || !("then" in value) || typeof value.then !== "function")
    return false;
  // What becomes of it is nobody's concern any more.
  (value as PromiseLike<unknown>).then(undefined, () => undefined);
  return true;
}
