import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type LmdbEnvironment, openLmdbEnvironment } from "../src/lmdb-environment.js";
import { cacheDirectory } from "./temporary-directory.js";

const opened: LmdbEnvironment[] = [];
const key = Buffer.from("\u0001key");

afterEach(async () => {
  for (const environment of opened.splice(0)) await environment.close();
});

/** An index opened twice, as by two threads. */
function openedTwice(): { reader: LmdbEnvironment; writer: LmdbEnvironment; path: string } {
  const directory = cacheDirectory();
  mkdirSync(directory);
  const path = join(directory, "index.mdb");
  const [reader, writer] = [openLmdbEnvironment(path), openLmdbEnvironment(path)];
  opened.push(reader, writer);
  return { reader, writer, path };
}

function write(environment: LmdbEnvironment, text: string): void {
  environment.transact(() => environment.entries.write(key, Buffer.from(text)));
}

function latest({ entries }: LmdbEnvironment): string | undefined {
  const row = entries.readLatest(key);
  return row && Buffer.from(row).toString();
}

// Nothing is awaited in these: all happens within one turn of the event loop.

test("a read of the latest sees what others have committed, within one turn of the event loop", () => {
  const { reader, writer } = openedTwice();
  expect(latest(reader)).toBeUndefined();
  for (const text of ["one", "two", "three"]) {
    write(writer, text);
    expect(latest(reader)).toBe(text);
  }
  writer.transact(() => writer.entries.remove(key));
  expect(latest(reader)).toBeUndefined();
});

test("a read of the latest within a transaction sees what that has written", () => {
  const { reader } = openedTwice();
  reader.transact(() => {
    reader.entries.write(key, Buffer.from("not committed"));
    expect(latest(reader)).toBe("not committed");
  });
});

test("a read of the latest leaves snapshots and other reads at their moment", () => {
  const { reader, writer } = openedTwice();
  write(writer, "before");
  const snapshot = reader.snapshot();
  try {
    expect(latest(reader)).toBe("before");
    write(writer, "after");
    expect(latest(reader)).toBe("after");
    expect(Buffer.from(snapshot.entries.read(key)!).toString()).toBe("before");
    expect(snapshot.entries.keysIn({ limit: 10 })).toHaveLength(1);
  } finally {
    snapshot.release();
  }
  reader.refresh();
  expect(reader.entries.rowsIn({ limit: 10 }).map(({ row }) => Buffer.from(row).toString())).toEqual(["after"]);
});

test("a read of the latest holds on to nothing: what it saw is overwritten, and the index does not grow", () => {
  const { reader, writer, path } = openedTwice();
  const rewrite = (times: number) => {
    for (let time = 0; time < times; time++) write(writer, "x".repeat(20_000));
  };
  rewrite(20);
  const sizeBytes = statSync(path).size;
  expect(latest(reader)).toHaveLength(20_000);
  rewrite(60);
  expect(statSync(path).size).toBeLessThan(sizeBytes + 10 * 20_000);
});

test("a closed index is not read", async () => {
  const { reader } = openedTwice();
  await reader.close();
  opened.shift();
  expect(() => latest(reader)).toThrow("closed");
});
