import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import * as arrow from "apache-arrow";
import { expect, test } from "vitest";
import { datasetStore } from "../../src/dataset/dataset-store.js";
import { ids, openStore, readPlain, rows } from "./support/open-store.js";

test("nothing is written before something is stored", async () => {
  const { directory, store } = openStore();
  const dataset = await store.openDataset("public.users");
  const snapshot = await dataset.snapshot();
  expect(snapshot.coverage(ids(1, 2), ["a"]).missing).toEqual(ids(1, 2));
  expect((await snapshot.read(ids(), ["a"])).schema.fields.map(String)).toEqual(["id: Int64", "a: Null"]);
  expect(await dataset.statistics()).toMatchObject({ rows: 0, absent: 0, parts: 0, byteLength: 0 });
  const nothing = { partsBefore: 0, partsAfter: 0, rows: 0, bytesRead: 0, bytesWritten: 0 };
  expect(await dataset.compact()).toEqual(nothing);
  expect(await store.removeDataset("public.users")).toBe(false);
  expect(await store.listDatasets()).toEqual([]);
  expect(readdirSync(directory)).toEqual([]);
});

test("what is stored is read in the order asked for, by another process too, and by number of rows in pieces", async () => {
  const { store, another } = openStore();
  const dataset = await store.openDataset("public.users");
  await dataset.append({
    ids: ids(3, 1, 2, 4),
    columns: ["name", "age"],
    rows: rows(ids(2, 3, 1), {
      name: ["two", null, "one"],
      age: arrow.vectorFromArray([2, 3, null], new arrow.Int32()),
    }),
  });
  for (const opened of [dataset, await another().openDataset("public.users")]) {
    const snapshot = await opened.snapshot();
    const coverage = snapshot.coverage(ids(5, 4, 3, 2, 1, 1), ["age", "name"]);
    expect([coverage.missing, coverage.absent]).toEqual([ids(5), ids(4)]);
    expect(await readPlain(snapshot, ids(3, 1, 3), ["age", "name"])).toEqual([
      { id: 3n, age: 3, name: null },
      { id: 1n, age: null, name: "one" },
      { id: 3n, age: 3, name: null },
    ]);
    const pieces: number[] = [];
    for await (const piece of snapshot.batches(ids(1, 2, 3, 1, 2), ["age"], { rows: 2 })) pieces.push(piece.numRows);
    expect(pieces).toEqual([2, 2, 1]);
    await snapshot.close();
  }
});

test("tables never share a place, and none leaves the directory", async () => {
  const { directory, store } = openStore();
  const tables = ["a_b.c", "a.b_c", "../../x", "x", "A.b", "a.b", "a.b.c", "", ".", "..", "ä.😀", "con"];
  const paths = new Set<string>();
  for (const [i, table] of tables.entries()) {
    const dataset = await store.openDataset(table);
    await dataset.append({ ids: ids(1), columns: ["a"], rows: rows(ids(1), { a: [table] }) });
    expect(relative(directory, dataset.path).startsWith("..")).toBe(false);
    paths.add(dataset.path.toLowerCase());
    expect(paths.size).toBe(i + 1);
  }
  for (const table of tables) {
    const snapshot = await (await store.openDataset(table)).snapshot();
    expect(await readPlain(snapshot, ids(1), ["a"])).toEqual([{ id: 1n, a: table }]);
  }
  expect(await store.listDatasets()).toEqual([...tables].sort());
});

test("a dataset that is removed is forgotten, also by those who have it open, and begins anew", async () => {
  const { store, another } = openStore();
  const dataset = await store.openDataset("t");
  const other = await another().openDataset("t");
  for (const value of ["old", "older"]) {
    await dataset.append({ ids: ids(1), columns: ["a"], rows: rows(ids(1), { a: [value] }) });
  }
  const before = await other.snapshot();
  expect(before.coverage(ids(1), ["a"]).missing).toEqual(ids());
  expect(await store.removeDataset("t")).toBe(true);
  expect(await store.listDatasets()).toEqual([]);
  for (const handle of [dataset, other]) {
    expect((await handle.snapshot()).coverage(ids(1), ["a"]).missing).toEqual(ids(1));
  }
  await other.append({ ids: ids(2), columns: ["a"], rows: rows(ids(2), { a: ["new"] }) });
  for (const handle of [dataset, other]) {
    const snapshot = await handle.snapshot();
    expect(snapshot.coverage(ids(1, 2), ["a"]).missing).toEqual(ids(1));
    expect(await readPlain(snapshot, ids(2), ["a"])).toEqual([{ id: 2n, a: "new" }]);
  }
});

test("a dataset is not opened with another id column or kind of ids than it has", async () => {
  const { store, another } = openStore();
  const dataset = await store.openDataset("t", { idColumn: "key" });
  const table = new arrow.Table({ key: arrow.makeVector(ids(1)) });
  await dataset.append({ ids: ids(1), columns: [], rows: table });
  for (const options of [{ idColumn: "id" }, { idColumn: "key", idKind: "text" } as const]) {
    await expect(another().openDataset("t", options)).rejects.toMatchObject({ code: "dataset-mismatch" });
  }
  // Opened before there was one, and then made by another as another kind.
  const late = await store.openDataset("u", { idKind: "text" });
  await (await another().openDataset("u")).append({ ids: ids(1), columns: [], rows: rows(ids(1)) });
  await expect(late.append({ ids: ["a"], columns: [], rows: rows(["a"]) })).rejects.toMatchObject({
    code: "dataset-mismatch",
  });
});

test("where the directory can't be used the dataset is empty, and rows in memory are read all the same", async () => {
  const { directory, warnings } = openStore();
  const file = join(directory, "file");
  writeFileSync(file, "in the way");
  const store = datasetStore({ directory: join(file, "datasets"), onWarning: (warning) => warnings.push(warning) });
  const dataset = await store.openDataset("s.t");
  const snapshot = await dataset.snapshot();
  expect(snapshot.coverage(ids(1), ["a"]).missing).toEqual(ids(1));
  const unstored = rows(ids(1), { a: [1.5] });
  await expect(dataset.append({ ids: ids(1), columns: ["a"], rows: unstored })).rejects.toMatchObject({
    code: "write-failed",
  });
  const claim = await dataset.claim(ids(2, 1), ["a"]);
  expect([claim.mine, claim.others]).toEqual([ids(1, 2), ids()]);
  await claim.release();
  expect(await readPlain(snapshot, ids(1), ["a"], { unstored: [unstored] })).toEqual([{ id: 1n, a: 1.5 }]);
  await store.close();
});

test("what is not a batch is refused, and nothing of it is stored", async () => {
  const { store } = openStore();
  const dataset = await store.openDataset("t");
  const refused: [Parameters<typeof dataset.append>[0], string][] = [
    [{ ids: ids(1), columns: ["a"], rows: rows(ids(1, 2), { a: [1, 2] }) }, "invalid-batch"],
    [{ ids: ids(1), columns: ["a"], rows: rows(ids(1, 1), { a: [1, 2] }) }, "invalid-batch"],
    [{ ids: ids(1), columns: ["a", "b"], rows: rows(ids(1), { a: [1] }) }, "invalid-batch"],
    [{ ids: ids(1), columns: ["larder:key"], rows: rows(ids(1), { "larder:key": [1] }) }, "invalid-batch"],
    [{ ids: ids(1), columns: [], rows: new arrow.Table({ key: arrow.makeVector(ids(1)) }) }, "invalid-batch"],
    [{ ids: ids(1), columns: [], rows: rows(ids(1)), fetchedAt: Number.NaN }, "invalid-batch"],
    [{ ids: ids(1), columns: [], rows: rows(ids(1)), sequence: Date.UTC(2026, 0, 1) * 1000 + 0.5 }, "invalid-batch"],
    [{ ids: ids(1), columns: [], rows: rows(ids(1)), sequence: Number.MAX_SAFE_INTEGER }, "invalid-batch"],
    [{ ids: ["1"], columns: [], rows: rows(ids(1)) }, "invalid-ids"],
    [{ ids: ids(1), columns: [], rows: { not: "a table" } as never }, "unstorable-table"],
    [{ ids: ids(1), columns: ["a"], rows: rows(ids(1), { a: [1] }), types: { a: "Int65" } }, "unknown-type"],
    [
      {
        ids: ids(1),
        columns: [],
        rows: new arrow.Table({ id: arrow.vectorFromArray([1n, null], new arrow.Int64()) }),
      },
      "invalid-batch",
    ],
  ];
  for (const [batch, code] of refused) {
    await expect(dataset.append(batch)).rejects.toMatchObject({ code });
  }
  expect(await dataset.statistics()).toMatchObject({ rows: 0, parts: 0, storedBytes: 0 });
});

test("a closed snapshot, dataset or store says so, and snapshots outlive their dataset", async () => {
  const { store } = openStore();
  const dataset = await store.openDataset("t");
  await dataset.append({ ids: ids(1), columns: ["a"], rows: rows(ids(1), { a: ["one"] }) });
  const snapshot = await dataset.snapshot();
  const closed = await dataset.snapshot();
  await closed.close();
  expect(() => closed.coverage(ids(1), ["a"])).toThrow(expect.objectContaining({ code: "closed-snapshot" }));
  await expect(closed.read(ids(1), ["a"])).rejects.toMatchObject({ code: "closed-snapshot" });
  await dataset.close();
  await expect(dataset.snapshot()).rejects.toMatchObject({ code: "closed-dataset" });
  expect(await readPlain(snapshot, ids(1), ["a"])).toEqual([{ id: 1n, a: "one" }]);
  await snapshot.close();
  await store.close();
  await expect(store.openDataset("t")).rejects.toMatchObject({ code: "closed-dataset" });
});

test("a folder that is no dataset is not listed", async () => {
  const { directory, store } = openStore();
  mkdirSync(join(directory, "a", "b"), { recursive: true });
  writeFileSync(join(directory, "file"), "");
  const dataset = await store.openDataset("s.t");
  await dataset.invalidate();
  expect(await store.listDatasets()).toEqual(["s.t"]);
  expect(existsSync(dataset.path)).toBe(true);
});
