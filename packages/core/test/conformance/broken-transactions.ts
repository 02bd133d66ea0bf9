import type { BlobInView, BlobRecord, MemoryCache, TransactionView } from "../../src/index.js";
import { type BrokenBackend, brokenMemory, brokenPair } from "./broken-backend.js";

const done =
  "what a transaction sets and deletes is so for all once it has resolved, and it resolves to what its body returned";
const undone = "a transaction whose body throws changes nothing, and rejects with what was thrown";
const read = "a transaction reads what is stored, expired ones too";
const sees = "a transaction sees its own changes";
const recorded = "setRecord gives a blob another record and leaves its bytes";
const refused = "setRecord refuses the record of other bytes, and set a record that is not of its bytes";
const listed = "keys within a transaction are those of a range, with its own changes";
const copied = "bytes read in a transaction are the reader's, and bytes written stay the writer's";
const ended = "a view is of no use once its transaction has ended, well or badly";
const opened = "a blob opened before a transaction replaces or deletes it can still be read";
const added = "of many transactions at once that add to one number none is lost";
const alone = "a transaction that fails among others undoes itself alone";
const whole = "whoever reads sees all that a transaction changed, or nothing of it";
const mixed = "transactions and single writes to one key come one after the other";
const tagged = "blobs that transactions set, change or delete are found by the tags they have then";
const shared = "transactions of two backends on the same storage lose no update";

/** Backends whose transactions are none. */
export const brokenTransactions: readonly BrokenBackend[] = [
  brokenMemory("resolves to nothing", done, (right) => ({
    async transaction(body) {
      await right.transaction(body);
      return undefined as never;
    },
  })),
  withView("loses large blobs that a transaction sets", done, (view) => ({
    set: (key, blob) => (blob.bytes.byteLength > 65_536 ? undefined : view.set(key, blob)),
  })),
  withView("says a transaction deleted what was not there", done, (view) => ({
    delete(key) {
      view.delete(key);
      return true;
    },
  })),
  withView("loses the tags of what a transaction sets", done, (view) => ({
    set(key, { record: { tags: _, ...record }, bytes }) {
      view.set(key, { record, bytes });
    },
  })),
  brokenMemory("keeps what a failed transaction has done so far", undone, (right) => ({
    async transaction(body) {
      const outcome = await right.transaction((view) => {
        try {
          return { result: body(view) };
        } catch (error) {
          return { error };
        }
      });
      if ("error" in outcome) throw outcome.error;
      return outcome.result as ReturnType<typeof body>;
    },
  })),
  brokenMemory("rejects with an error of its own", undone, (right) => ({
    transaction: (body) =>
      right.transaction(body).catch((error) => {
        throw new Error("the transaction failed", { cause: error });
      }),
  })),
  brokenMemory("swallows what a transaction throws", undone, (right) => ({
    transaction: (body) => right.transaction(body).catch(() => undefined as never),
  })),
  withView("hides expired blobs within transactions", read, (view) => ({
    get(key) {
      const blob = view.get(key);
      return (blob?.record.expiresAt ?? Infinity) > Date.now() ? blob : undefined;
    },
  })),
  withView("finds only small blobs within transactions", read, (view) => ({
    get(key) {
      const blob = view.get(key);
      return (blob?.bytes.byteLength ?? 0) > 65_536 ? undefined : blob;
    },
  })),
  withView("returns null for what is not there", read, (view) => ({ get: (key) => view.get(key) ?? (null as never) })),
  withView("returns the record without its details", read, (view) => ({
    record: (key) => {
      const { details: _, ...record } = view.record(key) ?? ({} as BlobRecord);
      return view.record(key) && record;
    },
  })),
  withView("reads what was there before the transaction", sees, (view) => {
    const before = new Map([...view.keys()].map((key) => [key, view.get(key)]));
    return { get: (key) => before.get(key), record: (key) => before.get(key)?.record };
  }),
  withView("finds what the transaction has deleted", sees, (view) => {
    const deleted = new Map<string, BlobInView | undefined>();
    return {
      delete(key) {
        deleted.set(key, view.get(key));
        return view.delete(key);
      },
      get: (key) => view.get(key) ?? deleted.get(key),
    };
  }),
  withView("stores an empty blob where setRecord finds none", sees, (view) => ({
    setRecord(key, record) {
      if (view.record(key) === undefined) view.set(key, { record, bytes: new Uint8Array(record.byteLength) });
      return view.setRecord(key, record);
    },
  })),
  withView("zeroes the bytes of a blob that gets another record", recorded, (view) => ({
    setRecord(key, record) {
      const found = view.setRecord(key, record);
      if (found) view.set(key, { record, bytes: new Uint8Array(record.byteLength) });
      return found;
    },
  })),
  withView("keeps the record when the bytes stay", recorded, (view) => ({
    setRecord: (key) => view.record(key) !== undefined,
  })),
  withView("says it gave a record to what is not there", recorded, (view) => ({
    setRecord(key, record) {
      view.setRecord(key, record);
      return true;
    },
  })),
  withView("takes the record of other bytes", refused, (view) => ({
    setRecord(key, record) {
      const blob = view.get(key);
      if (blob === undefined) return false;
      const bytes = new Uint8Array(record.byteLength);
      bytes.set(blob.bytes.subarray(0, record.byteLength));
      view.set(key, { record, bytes });
      return true;
    },
  })),
  withView("does not count the bytes it is given", refused, (view) => ({
    set: (key, { record, bytes }) => view.set(key, { record: { ...record, byteLength: bytes.byteLength }, bytes }),
  })),
  withView("lists the keys from before the transaction", listed, (view) => {
    const before = [...view.keys()];
    return {
      keys: (range = {}) => {
        const now = new Set(view.keys(range));
        return before.filter((key) => now.has(key));
      },
    };
  }),
  withView("lists the keys of a prefix alone", listed, (view) => ({
    keys: ({ prefix, reverse = false } = {}) => view.keys({ reverse, ...(prefix !== undefined && { prefix }) }),
  })),
  withView("lists in ascending order within transactions", listed, (view) => ({
    keys: (range = {}) => [...view.keys(range)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  })),
  sharingBytes("hands out the bytes it keeps within transactions", { whenRead: true }),
  sharingBytes("shares the bytes that a transaction sets", { whenRead: false }),
  brokenMemory("leaves a view open", ended, (right) => ({
    transaction: (body) =>
      right.transaction((view) => {
        const kept = new Map([...view.keys()].map((key) => [key, view.get(key)]));
        const attempt = <Result>(now: () => Result, later: Result) => {
          try {
            return now();
          } catch {
            return later;
          }
        };
        return body({ ...view, get: (key) => attempt(() => view.get(key), kept.get(key)) });
      }),
  })),
  brokenMemory("ignores writes to a view that has ended", ended, (right) => ({
    transaction: (body) =>
      right.transaction((view) =>
        body({
          ...view,
          set(key, blob) {
            try {
              view.set(key, blob);
            } catch (error) {
              if (!String(error).includes("ended")) throw error;
            }
          },
        }),
      ),
  })),
  brokenMemory("lists nothing from a view that has ended", ended, (right) => ({
    transaction: (body) =>
      right.transaction((view) =>
        body({
          ...view,
          keys(range) {
            try {
              return view.keys(range);
            } catch {
              return [];
            }
          },
        }),
      ),
  })),
  brokenMemory("loses an open blob when a transaction changes anything", opened, (right) => {
    let transactions = 0;
    return {
      async getBlob(key) {
        const stored = await right.getBlob(key);
        const before = transactions;
        const slice = (start: number, end?: number) => {
          if (transactions > before) throw new Error("gone");
          return stored!.source.slice(start, end);
        };
        return stored && { ...stored, source: { byteLength: stored.source.byteLength, slice } };
      },
      transaction(body) {
        transactions++;
        return right.transaction(body);
      },
    };
  }),
  brokenMemory("reads in one step and writes in another", added, (right) => ({
    transaction: (body) => inTwoSteps(right, body, (apply) => right.transaction(apply)),
  })),
  brokenMemory("takes many transactions for one", alone, (right) => {
    let last: Promise<unknown> = Promise.resolve();
    let pending = 0;
    let failed = false;
    return {
      // Those that come together end together: when one fails, so do those behind it.
      transaction(body) {
        pending++;
        const run = async () => {
          try {
            if (failed) throw new Error("another transaction failed");
            return await right.transaction(body);
          } catch (error) {
            failed = true;
            throw error;
          } finally {
            if (--pending === 0) failed = false;
          }
        };
        const result = last.then(run);
        last = result.catch(() => {});
        return result;
      },
    };
  }),
  brokenMemory("commits key by key", whole, (right) => ({
    transaction: (body) =>
      inTwoSteps(right, body, async (apply) => {
        const changes: ((view: TransactionView) => unknown)[] = [];
        apply({
          set: (key: string, blob: BlobInView) => void changes.push((view) => view.set(key, blob)),
          delete: (key: string) => changes.push((view) => view.delete(key)) > 0,
        } as unknown as TransactionView);
        for (const change of changes) {
          await right.transaction(change);
          await new Promise(setImmediate);
        }
      }),
  })),
  brokenMemory("sees what single writes stored a moment later", mixed, (right) => {
    const late = new Map<string, BlobInView | undefined>();
    return {
      async setBlob(key, blob) {
        if (!late.has(key)) late.set(key, await right.transaction((view) => view.get(key)));
        await right.setBlob(key, blob);
      },
      transaction: (body) =>
        right.transaction((view) =>
          body({
            ...view,
            record: (key) => (late.has(key) ? late.get(key)?.record : view.record(key)),
            set(key, blob) {
              late.delete(key);
              view.set(key, blob);
            },
          }),
        ),
    };
  }),
  withView("finds what transactions store by no tag", tagged, (view) => ({
    set: (key, { record: { tags: _, ...record }, bytes }) => view.set(key, { record, bytes }),
  })),
  withView("keeps the tags when a record is replaced", tagged, (view) => ({
    setRecord: (key, record) => {
      const { tags } = view.record(key) ?? {};
      return view.setRecord(key, { ...record, ...(tags !== undefined && { tags }) });
    },
  })),
  brokenPair("runs transactions beside those of others", shared, (right) => ({
    transaction: (body) => inTwoSteps(right, body, (apply) => right.transaction(apply)),
  })),
];

/** A backend whose views do something else than they should. */
function withView(
  fault: string,
  foundBy: string,
  wrong: (view: TransactionView) => Partial<TransactionView>,
): BrokenBackend {
  return brokenMemory(fault, foundBy, (right) => ({
    transaction: (body) => right.transaction((view) => body({ ...view, ...wrong(view) })),
  }));
}

/** Runs the body on what is there now, and makes its changes some time later. */
async function inTwoSteps<Result>(
  right: MemoryCache,
  body: (view: TransactionView) => Result,
  commit: (apply: (view: TransactionView) => void) => Promise<void>,
): Promise<Result> {
  const changes = new Map<string, BlobInView | undefined>();
  const result = await right.transaction((view) => {
    changes.clear();
    const current = (key: string) => (changes.has(key) ? changes.get(key) : view.get(key));
    return body({
      ...view,
      get: current,
      record: (key) => current(key)?.record,
      set: (key, blob) => void changes.set(key, blob),
      delete(key) {
        const found = current(key) !== undefined;
        changes.set(key, undefined);
        return found;
      },
    });
  });
  await new Promise(setImmediate);
  await commit((view) => {
    for (const [key, blob] of changes) {
      if (blob === undefined) view.delete(key);
      else view.set(key, blob);
    }
  });
  return result;
}

/** A backend whose transactions keep, or hand out, bytes that are not theirs alone. */
function sharingBytes(fault: string, { whenRead }: { readonly whenRead: boolean }): BrokenBackend {
  return brokenMemory(fault, copied, (right) => {
    const shared = new Map<string, Uint8Array>();
    return {
      transaction: (body) =>
        right.transaction((view) =>
          body({
            ...view,
            get(key) {
              const blob = view.get(key);
              if (blob === undefined || !whenRead) return blob;
              const bytes = shared.get(key) ?? blob.bytes;
              shared.set(key, bytes);
              return { ...blob, bytes };
            },
            set(key, blob) {
              if (!whenRead) shared.set(key, blob.bytes);
              view.set(key, blob);
            },
          }),
        ),
      async getBlob(key) {
        const stored = await right.getBlob(key);
        const bytes = shared.get(key);
        if (stored === undefined || bytes === undefined) return stored;
        const slice = (start: number, end?: number) => bytes.slice(start, end);
        return { ...stored, source: { byteLength: bytes.byteLength, slice } };
      },
    };
  });
}
