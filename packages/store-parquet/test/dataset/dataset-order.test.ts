import { setImmediate } from "node:timers/promises";
import { LarderError } from "@larder/core";
import { expect, test } from "vitest";
import { ids, openStore, readPlain, rows } from "./support/open-store.js";

const one = (a: string) => ({ ids: ids(1), columns: ["a"], rows: rows(ids(1), { a: [a] }) });

test("a fetch that was slow does not undo what was invalidated, or fetched anew, while it ran", async () => {
  const { store, another, time } = openStore();
  const dataset = await store.openDataset("t");
  const other = await another().openDataset("t");
  const slow = await dataset.nextSequence();
  await other.invalidate(ids(1));
  await dataset.append({ ...one("slow"), sequence: slow });
  expect((await dataset.snapshot()).coverage(ids(1), ["a"]).missing).toEqual(ids(1));
  const slower = await dataset.nextSequence();
  time.now += 2;
  await other.append(one("fast"));
  await dataset.append({ ...one("slower"), sequence: slower });
  expect(await readPlain(await dataset.snapshot(), ids(1), ["a"])).toEqual([{ id: 1n, a: "fast" }]);
});

test("an invalidation counts for what another began to fetch in the same millisecond", async () => {
  const { store, another } = openStore();
  const dataset = await store.openDataset("t");
  const sequences: number[] = [];
  for (let i = 0; i < 100; i++) sequences.push(await dataset.nextSequence());
  expect(new Set(sequences).size).toBe(100);
  await (await another({ random: () => 0 }).openDataset("t")).invalidate();
  const snapshot = await dataset.snapshot();
  expect(snapshot.sequence).toBeGreaterThan(Math.max(...sequences));
  expect(await dataset.nextSequence()).toBeGreaterThan(snapshot.sequence);
});

test("a batch whose fetch began more than a day ago is not stored, and a warning says so", async () => {
  const { store, time, warnings } = openStore();
  const dataset = await store.openDataset("t");
  const sequence = await dataset.nextSequence();
  time.now += 24 * 3_600_000 + 1000;
  await dataset.append({ ...one("late"), sequence });
  expect(warnings.map(({ code }) => code)).toEqual(["batch-too-old"]);
  expect((await dataset.snapshot()).coverage(ids(1), ["a"]).missing).toEqual(ids(1));
});

test("a snapshot stays as it is while others store", async () => {
  const { store } = openStore();
  const dataset = await store.openDataset("t");
  await dataset.append(one("first"));
  const snapshot = await dataset.snapshot();
  await dataset.append(one("second"));
  await dataset.invalidate();
  expect(snapshot.coverage(ids(1), ["a"]).missing).toEqual(ids());
  expect(await readPlain(snapshot, ids(1), ["a"])).toEqual([{ id: 1n, a: "first" }]);
});

test("columns that are stored later, for some ids, are read beside those stored before", async () => {
  const { store } = openStore();
  const dataset = await store.openDataset("t");
  await dataset.append({ ids: ids(1, 2), columns: ["a"], rows: rows(ids(1, 2), { a: ["a1", "a2"] }) });
  // `a` stands in these rows, but nobody asked for it.
  const wide = rows(ids(2), { a: ["wrong"], b: ["b2"] });
  await dataset.append({ ids: ids(2), columns: ["b"], rows: wide });
  const snapshot = await dataset.snapshot();
  expect(await readPlain(snapshot, ids(2), ["b", "a"])).toEqual([{ id: 2n, b: "b2", a: "a2" }]);
  expect(snapshot.coverage(ids(1, 2), ["a", "b"]).missingCells()).toEqual([{ columns: ["b"], ids: ids(1) }]);
  const refused = snapshot.read(ids(2, 1), ["a", "b"]);
  await expect(refused).rejects.toMatchObject({ code: "not-covered", facts: { ids: ids(1) } });
});

test("of two texts with one key, stored at the same time by two, one alone is kept", async () => {
  const { store, another } = openStore({ textKey: () => 5n });
  const handles = await Promise.all(
    [store, another(), another(), another()].map((opened) => opened.openDataset("t", { idKind: "text" })),
  );
  const names = ["a", "b", "c", "d"];
  await Promise.all(
    handles.map((dataset, i) =>
      dataset.append({ ids: [names[i]!], columns: ["v"], rows: rows([names[i]!], { v: [`of ${names[i]}`] }) }),
    ),
  );
  expect(await handles[0]!.statistics()).toMatchObject({ rows: 1, parts: 1 });
  const snapshot = await handles[0]!.snapshot();
  const read = await Promise.all(
    names.map((name) =>
      readPlain(snapshot, [name], ["v"]).catch((error: unknown) => {
        if (!LarderError.isInstance(error, "not-covered")) throw error;
        return error.facts.ids;
      }),
    ),
  );
  const kept = read.filter((answer) => typeof (answer as unknown[])[0] === "object");
  expect(kept.length).toBe(1);
  read.forEach((answer, i) => {
    expect([[names[i]], [{ id: names[i], v: `of ${names[i]}` }]]).toContainEqual(answer);
  });
  // Two texts with one key in one request: the one that is kept, and one in memory.
  const keptName = names[read.indexOf(kept[0]!)]!;
  const other = names.find((name) => name !== keptName)!;
  const unstored = [rows([other], { v: ["in memory"] })];
  expect(await readPlain(snapshot, [other, keptName, other], ["v"], { unstored })).toEqual([
    { id: other, v: "in memory" },
    { id: keptName, v: `of ${keptName}` },
    { id: other, v: "in memory" },
  ]);
});

test("of two texts with one key the one stored first keeps it, and no row is made of both", async () => {
  const { store } = openStore({ textKey: () => 5n });
  const dataset = await store.openDataset("t", { idKind: "text" });
  await dataset.append({ ids: ["first"], columns: ["v", "w"], rows: rows(["first"], { v: ["v1"], w: ["w1"] }) });
  await dataset.append({ ids: ["second"], columns: ["v"], rows: rows(["second"], { v: ["v2"] }) });
  await dataset.append({ ids: ["third"], columns: ["v"], rows: rows([], { v: [] }) });
  for (const isMerged of [false, true]) {
    if (isMerged) await dataset.compact();
    const snapshot = await dataset.snapshot();
    expect(await readPlain(snapshot, ["first"], ["v", "w"])).toEqual([{ id: "first", v: "v1", w: "w1" }]);
    for (const other of ["second", "third"]) {
      const refused = snapshot.read([other], ["w"]);
      await expect(refused).rejects.toMatchObject({ code: "not-covered", facts: { ids: [other] } });
    }
    await snapshot.close();
  }
});

test("whoever claims ids second is told to wait, and may fetch them once the first has ended", async () => {
  const { store, another } = openStore();
  const first = await (await store.openDataset("t")).claim(ids(3, 1, 2), ["a", "b"]);
  expect([first.mine, first.others]).toEqual([ids(1, 2, 3), ids()]);
  const second = await (await another().openDataset("t")).claim(ids(2, 9), ["a"]);
  expect([second.mine, second.others]).toEqual([ids(9), ids(2)]);
  let hasMoved = false;
  const moved = second.othersMoved().then(() => {
    hasMoved = true;
  });
  await setImmediate();
  expect(hasMoved).toBe(false);
  await first.release();
  await moved;
  await second.release();
  const texts = await store.openDataset("u", { idKind: "text" });
  const claim = await texts.claim(["b", "a", "b"], ["x"]);
  expect(claim.mine).toEqual(["a", "b"]);
  await claim.release();
});

test("merging in the background keeps the parts few, and answers the same", async () => {
  const { store } = openStore({ backgroundCompaction: true });
  const dataset = await store.openDataset("t");
  for (let i = 0; i < 40; i++) {
    await dataset.append({ ids: ids(i), columns: ["a"], rows: rows(ids(i), { a: [`value ${i}`] }) });
  }
  await dataset.settle();
  const { parts, storedBytes, compactedBytes } = await dataset.statistics();
  expect(parts).toBeLessThan(25);
  expect(compactedBytes).toBeGreaterThan(0);
  expect(compactedBytes).toBeLessThan(10 * storedBytes);
  const all = ids(...Array.from({ length: 40 }, (_, i) => i));
  const table = await (await dataset.snapshot()).read(all, ["a"]);
  expect(table.toArray().map((row) => row.a)).toEqual(Array.from(all, (id) => `value ${id}`));
});
