import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { currentProcess } from "@larder/core";
import { Float64, Int64, Table, vectorFromArray } from "apache-arrow";
import { expect, test } from "vitest";
import { ids, openStore } from "./support/open-store.js";

test("what a dead process had begun to write is gone after a dataset was compacted, and what a living one writes is not", async () => {
  const { store } = openStore();
  const dataset = await store.openDataset("s.t");
  const rows = new Table({ id: vectorFromArray([1n], new Int64()), a: vectorFromArray([1], new Float64()) });
  await dataset.append({ ids: ids(1), columns: ["a"], rows });
  await dataset.compact();
  const [base = ""] = readdirSync(join(dataset.path, "base"));
  const living = currentProcess();
  const dead = living.replace(/-\d+-\d+$/, "-4194304-1");
  const unique = "0123456789abcdef";
  const begun = (owner: string) => [
    join("base", `${base.slice(0, 19)}-${owner}-${unique}.parquet`),
    join("recent", `${owner}-${unique}.parquet`),
    join("tmp", `${owner}-${unique}.parquet`),
  ];
  for (const name of [...begun(living), ...begun(dead)]) writeFileSync(join(dataset.path, name), "PAR1");
  await dataset.append({ ids: ids(2), columns: ["a"], rows: rows.slice(0, 0) });
  await dataset.compact();
  const left = ["base", "recent", "tmp"].flatMap((folder) =>
    readdirSync(join(dataset.path, folder)).map((name) => join(folder, name)),
  );
  for (const name of begun(living)) expect(left).toContain(name);
  expect(left.filter((name) => name.includes(dead))).toEqual([]);
});
