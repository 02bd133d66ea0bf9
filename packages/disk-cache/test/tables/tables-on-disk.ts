import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Cache, type CacheEvent } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import { afterEach } from "vitest";
import { temporaryDirectory } from "../temporary-directory.js";

const opened: Cache[] = [];

afterEach(async () => {
  for (const cache of opened.splice(0)) await cache.close();
});

/** A cache on disk that is closed after the test, what it tells, and its files. */
export function onDisk(directory = temporaryDirectory()) {
  const events: CacheEvent[] = [];
  const onEvent = (event: CacheEvent) => void events.push(event);
  const backend = new DiskCache({ directory, onEvent });
  const cache = new Cache({ backend, onEvent });
  opened.push(cache);
  const files = (folder: string) =>
    readdirSync(join(backend.directory, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  /** What was told since the last time, in short. */
  const told = () => events.splice(0).map((event) => (event.type === "warning" ? event.code : event.type));
  return { cache, backend, directory, events, told, files };
}
