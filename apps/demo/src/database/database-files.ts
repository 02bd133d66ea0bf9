import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isAlive } from "../owner-file.js";

// <name>.sqlite; beside it <name>.sqlite.<process id>.user for each demo that uses it, and .tmp while one is made.
const ours = /^(flights-[0-9a-f]{16}[.]sqlite)(?:[.](\d+)[.](user|tmp))?$/;

/** Path of the database of a version. */
export function databasePath(home: string, version: string): string {
  return join(home, `flights-${version}.sqlite`);
}

/** Path of the database while a process makes it. */
export function unfinishedPath(file: string, processId: number): string {
  return `${file}.${processId}.tmp`;
}

/** Says that a demo uses a database, so that no other deletes it. */
export function markUsed(file: string, userId: number): void {
  writeFileSync(`${file}.${userId}.user`, "");
}

/** Takes back what a demo said of its use. */
export function markUnused(home: string, userId: number): void {
  for (const { name, kind, processId } of databaseFiles(home)) {
    if (kind === "user" && processId === userId) rmSync(join(home, name), { force: true });
  }
}

/** Deletes the databases of other versions that no living demo uses, and what killed demos have left. */
export function removeStale(file: string): void {
  const home = dirname(file);
  const found = databaseFiles(home).map((each) => ({ ...each, alive: isAlive(each.processId) }));
  const used = new Set(found.filter(({ kind, alive }) => kind === "user" && alive).map(({ database }) => database));
  used.add(basename(file));
  for (const { name, database, kind, alive } of found) {
    if (kind === undefined ? !used.has(database) : !alive) rmSync(join(home, name), { force: true });
  }
}

function databaseFiles(home: string) {
  return readdirSync(home).flatMap((name) => {
    const [, database, processId, kind] = ours.exec(name) ?? [];
    return database === undefined ? [] : [{ name, database, kind, processId: Number(processId) }];
  });
}
