import assert from "node:assert/strict";
import type { TransactionView } from "../capabilities/index.js";
import { expectBytes, expectRecord } from "./expectations.js";
import { inRange } from "./listed.js";
import { expiredButKept, fullRecordFields, recordOf, sampleBytes } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";
import { blobOf, transactionGround } from "./transaction-ground.js";

const sizes = [0, 10, 70_000, 300_000];

/** For backends with transactions: what their view shows and changes. */
export const transactionTests: readonly TestDefinition[] = [
  {
    name: "what a transaction sets and deletes is so for all once it has resolved, and it resolves to what its body returned",
    brief: true,
    capability: "transactions",
    async run(ground) {
      const { run, put, key } = transactionGround(ground);
      for (const size of sizes) {
        await put("deleted", sampleBytes(size));
        await put("replaced", sampleBytes(size, 1));
        const blob = await blobOf(sampleBytes(size, 2), fullRecordFields);
        const result = await run((view) => {
          view.set(key("new"), blob);
          view.set(key("replaced"), blob);
          return [view.delete(key("deleted")), view.delete(key("never set"))];
        });
        assert.deepEqual(result, [true, false]);
        for (const suffix of ["new", "replaced"]) {
          const stored = await ground.read(key(suffix));
          expectRecord(stored.record, blob.record, `the record of '${suffix}', ${size} bytes`);
          expectBytes(stored.bytes, blob.bytes, `'${suffix}', ${size} bytes`);
        }
        assert.equal(await ground.backend.getBlob(key("deleted")), undefined, "what was deleted is still there");
        await run((view) => view.delete(key("new")));
        assert.equal(await ground.backend.getBlob(key("new")), undefined, "what was deleted is still there");
      }
      assert.equal(await run(() => undefined), undefined);
    },
  },
  {
    name: "a transaction whose body throws changes nothing, and rejects with what was thrown",
    brief: true,
    capability: "transactions",
    async run(ground) {
      const { run, put, key, prefix } = transactionGround(ground);
      for (const size of sizes) {
        const kept = await put("kept", sampleBytes(size, 1), { origin: "kept" });
        await put("deleted", sampleBytes(size, 2));
        await put("touched", sampleBytes(size, 3));
        const blob = await blobOf(sampleBytes(size, 4));
        const thrown = new Error("on purpose");
        const failing = run((view) => {
          view.set(key("kept"), blob);
          view.set(key("new"), blob);
          view.delete(key("deleted"));
          view.setRecord(key("touched"), { ...view.record(key("touched"))!, origin: "touched" });
          throw thrown;
        });
        await assert.rejects(failing, (error) => error === thrown, "what the body throws is what it rejects with");
        const stored = await ground.read(key("kept"));
        expectRecord(stored.record, kept, "a record that was overwritten in vain");
        expectBytes(stored.bytes, sampleBytes(size, 1), "a blob that was overwritten in vain");
        expectBytes((await ground.read(key("deleted"))).bytes, sampleBytes(size, 2), "a blob deleted in vain");
        assert.equal((await ground.read(key("touched"))).record.origin, undefined, "a record that was set in vain");
        assert.equal(await ground.backend.getBlob(key("new")), undefined, "what a failed transaction set is there");
        const left = await run((view) => [...view.keys({ prefix })]);
        assert.deepEqual(left, inRange([key("kept"), key("deleted"), key("touched")], {}), "the keys that are left");
      }
    },
  },
  {
    name: "a transaction reads what is stored, expired ones too",
    brief: true,
    capability: "transactions",
    async run(ground) {
      const { run, put, key } = transactionGround(ground);
      for (const size of sizes) {
        const record = await put("full", sampleBytes(size), fullRecordFields);
        const expired = await put("expired", sampleBytes(size), expiredButKept);
        const [seen, old] = await run((view) => {
          assert.equal(view.get(key("never set")), undefined);
          assert.equal(view.record(key("never set")), undefined);
          expectRecord(view.record(key("full"))!, record, "a record alone, within a transaction");
          return [view.get(key("full")), view.get(key("expired"))];
        });
        assert.ok(seen !== undefined && old !== undefined, `a blob of ${size} bytes is not seen within a transaction`);
        expectRecord(seen.record, record, "a record read within a transaction");
        expectBytes(seen.bytes, sampleBytes(size), "a blob read within a transaction");
        expectRecord(old.record, expired, "an expired record read within a transaction");
      }
    },
  },
  {
    name: "a transaction sees its own changes",
    brief: true,
    capability: "transactions",
    async run(ground) {
      const { run, put, key } = transactionGround(ground);
      for (const size of sizes) {
        await put("a", sampleBytes(size, 1));
        const [first, second] = [await blobOf(sampleBytes(size, 2)), await blobOf(sampleBytes(size + 1, 3))];
        await run((view) => {
          view.set(key("a"), first);
          expectBytes(view.get(key("a"))!.bytes, first.bytes, "what the transaction itself has set");
          view.set(key("a"), second);
          expectBytes(view.get(key("a"))!.bytes, second.bytes, "what the transaction has set twice");
          expectRecord(view.record(key("a"))!, second.record, "the record that the transaction has set");
          assert.equal(view.delete(key("a")), true);
          assert.equal(view.get(key("a")), undefined, "what the transaction has deleted");
          assert.equal(view.record(key("a")), undefined, "the record of what the transaction has deleted");
          assert.equal(view.delete(key("a")), false, "deleted twice");
          assert.equal(view.setRecord(key("a"), second.record), false, "a record for what is deleted");
          view.set(key("b"), first);
          view.set(key("a"), first);
        });
        expectBytes((await ground.read(key("a"))).bytes, first.bytes, "set again after deleting");
        expectBytes((await ground.read(key("b"))).bytes, first.bytes, "set beside it");
        await run((view) => view.delete(key("b")));
      }
    },
  },
  {
    name: "setRecord gives a blob another record and leaves its bytes",
    brief: true,
    capability: "transactions",
    async run(ground) {
      const { run, put, key } = transactionGround(ground);
      for (const size of sizes) {
        const before = await put("touched", sampleBytes(size), { tags: [`${ground.prefix}old`] });
        const after = { ...before, expiresAt: 4_102_444_800_000, origin: "new", tags: [`${ground.prefix}new`] };
        const opened = await ground.open(key("touched"));
        assert.equal(await run((view) => view.setRecord(key("touched"), after)), true);
        const stored = await ground.read(key("touched"));
        expectRecord(stored.record, after, "the new record");
        expectBytes(stored.bytes, sampleBytes(size), "the bytes under a new record");
        expectRecord(opened.record, before, "a record that was read before");
        expectBytes(await opened.source.slice(0), sampleBytes(size), "a blob opened before it got another record");
        await opened.close?.();
        await run((view) => {
          view.setRecord(key("touched"), { ...after, origin: "newest" });
          expectBytes(view.get(key("touched"))!.bytes, sampleBytes(size), "within the transaction");
          assert.equal(view.record(key("touched"))!.origin, "newest");
        });
        assert.equal((await ground.read(key("touched"))).record.origin, "newest");
        assert.equal(await run((view) => view.setRecord(key("never set"), after)), false);
        assert.equal(await ground.backend.getBlob(key("never set")), undefined);
      }
    },
  },
  {
    name: "setRecord refuses the record of other bytes, and set a record that is not of its bytes",
    capability: "transactions",
    async run(ground) {
      const { run, put, key } = transactionGround(ground);
      const record = await put("a", sampleBytes(20));
      const other = await recordOf(sampleBytes(20, 7));
      for (const wrong of [other, { ...record, byteLength: 21 }, { ...record, codec: "another.1" }]) {
        await assert.rejects(
          run((view) => view.setRecord(key("a"), wrong)),
          "a record with another checksum, length or codec was taken for bytes that stay",
        );
      }
      const short = { record: other, bytes: sampleBytes(19, 7) };
      await assert.rejects(
        run((view) => view.set(key("a"), short)),
        "bytes were taken that are fewer than their record says",
      );
      const stored = await ground.read(key("a"));
      expectRecord(stored.record, record, "after what was refused");
      expectBytes(stored.bytes, sampleBytes(20), "after what was refused");
    },
  },
  {
    name: "keys within a transaction are those of a range, with its own changes",
    brief: true,
    capability: "transactions",
    async run(ground) {
      const { run, put, key, prefix } = transactionGround(ground);
      for (const suffix of ["a", "b", "c", "d/1", "d/2", "\ufffd"]) await put(suffix, sampleBytes(3));
      const blob = await blobOf(sampleBytes(5));
      const now = ["a", "b", "bb", "d/1", "d/3", "\ufffd", "🦔"].map(key);
      const ranges = [
        { prefix },
        { prefix, reverse: true },
        { prefix, limit: 2 },
        { prefix, limit: 2, reverse: true },
        { prefix, limit: 0 },
        { prefix: `${prefix}d/` },
        { prefix: `${prefix}d/`, reverse: true },
        { from: `${prefix}b`, before: `${prefix}d/3` },
        { from: `${prefix}b`, before: `${prefix}d/3`, reverse: true, limit: 2 },
        { prefix, from: `${prefix}bb` },
        { prefix, before: `${prefix}🦔` },
        { prefix: `${prefix}nothing` },
      ];
      const found = await run((view) => {
        view.set(key("bb"), blob);
        view.set(key("🦔"), blob);
        view.set(key("d/3"), blob);
        view.delete(key("c"));
        view.delete(key("d/2"));
        return ranges.map((range) => [...view.keys(range)]);
      });
      for (const [i, range] of ranges.entries()) {
        assert.deepEqual(found[i], inRange(now, range), `the keys of ${JSON.stringify(range)} within a transaction`);
      }
    },
  },
  {
    name: "bytes read in a transaction are the reader's, and bytes written stay the writer's",
    capability: "transactions",
    async run(ground) {
      const { run, put, key } = transactionGround(ground);
      for (const size of [100, 300_000]) {
        await put("read", sampleBytes(size));
        const written = await blobOf(sampleBytes(size, 2));
        const read = await run((view) => {
          view.set(key("written"), written);
          view.get(key("read"))!.bytes.fill(0);
          expectBytes(view.get(key("read"))!.bytes, sampleBytes(size), "read again after a reader wrote to it");
          return view.get(key("read"))!.bytes;
        });
        written.bytes.fill(0);
        expectBytes(read, sampleBytes(size), "bytes read in a transaction that has ended");
        expectBytes((await ground.read(key("read"))).bytes, sampleBytes(size), "a blob whose reader wrote to it");
        expectBytes((await ground.read(key("written"))).bytes, sampleBytes(size, 2), "a blob whose writer wrote to it");
      }
    },
  },
  {
    name: "a view is of no use once its transaction has ended, well or badly",
    capability: "transactions",
    async run(ground) {
      const { run, put, key } = transactionGround(ground);
      await put("a", sampleBytes(10));
      const blob = await blobOf(sampleBytes(5));
      const views: TransactionView[] = [];
      await run((view) => views.push(view));
      const failing = run((view) => {
        views.push(view);
        throw new Error("on purpose");
      });
      await assert.rejects(failing);
      for (const view of views) {
        assert.throws(() => view.set(key("a"), blob), "set works after the transaction");
        assert.throws(() => view.delete(key("a")), "delete works after the transaction");
        assert.throws(() => view.setRecord(key("a"), blob.record), "setRecord works after the transaction");
        assert.throws(() => view.get(key("a")), "get works after the transaction");
        assert.throws(() => view.record(key("a")), "record works after the transaction");
        assert.throws(() => [...view.keys({ prefix: ground.prefix })], "keys works after the transaction");
      }
      expectBytes((await ground.read(key("a"))).bytes, sampleBytes(10), "what a view that had ended was to change");
    },
  },
  {
    name: "a blob opened before a transaction replaces or deletes it can still be read",
    capability: "transactions",
    async run(ground) {
      const { run, put, key } = transactionGround(ground);
      for (const size of [100, 300_000]) {
        await put("replaced", sampleBytes(size, 1));
        await put("deleted", sampleBytes(size, 2));
        const opened = [await ground.open(key("replaced")), await ground.open(key("deleted"))];
        const blob = await blobOf(sampleBytes(size, 3));
        await run((view) => {
          view.set(key("replaced"), blob);
          view.delete(key("deleted"));
        });
        for (const [i, stored] of opened.entries()) {
          expectBytes(await stored.source.slice(0), sampleBytes(size, i + 1), "a blob that a transaction took away");
          await stored.close?.();
        }
      }
    },
  },
];
