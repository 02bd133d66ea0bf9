import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { makeDataset } from "../../../../src/dataset/log/dataset-file.js";

export * from "./sample-parts.js";

const made: string[] = [];

afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

/** A directory with a dataset in which nothing is stored: its log has one entry. Removed after the tests of the file. */
export async function sampleDataset(): Promise<string> {
  const directory = sampleDirectory();
  await makeDataset(directory, { table: "a.b", idColumn: "id", idKind: "int64", created: 0 });
  return directory;
}

/** An empty directory; removed after the tests of the file. */
export function sampleDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "larder-log-"));
  made.push(path);
  return path;
}
