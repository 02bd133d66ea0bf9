import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryCache } from "@larder/core";
import { testBackend } from "@larder/core/conformance";
import { DiskCache, ShardedBackend } from "@larder/disk-cache";
import { afterAll } from "vitest";

const parent = mkdtempSync(join(tmpdir(), "larder-shards-"));
let made = 0;

afterAll(() => rmSync(parent, { recursive: true, force: true }));

const capabilities = {
  entryIndex: true,
  tags: true,
  leases: true,
  transactions: true,
  counters: true,
  streams: true,
  sizeLimit: true,
};

function onDisk(directories: readonly string[]): ShardedBackend<DiskCache> {
  return new ShardedBackend({ shards: directories.map((directory) => new DiskCache({ directory })) });
}

const again = (backend: unknown) =>
  onDisk((backend as ShardedBackend<DiskCache>).shards.map(({ directory }) => directory));

for (const count of [1, 4]) {
  const numbers = Array.from({ length: count }, (_, i) => String(i));

  testBackend(
    `ShardedBackend of ${count} in memory`,
    () => new ShardedBackend({ shards: numbers.map(() => new MemoryCache()) }),
    { mayClear: true, capabilities },
  );

  testBackend(
    `ShardedBackend of ${count} on disk`,
    () => {
      const directory = join(parent, String(made++));
      return onDisk(numbers.map((number) => join(directory, number)));
    },
    { mayClear: true, capabilities: { ...capabilities, persistent: true }, reopen: again, second: again },
  );
}
