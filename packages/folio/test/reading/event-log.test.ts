import { expect, test } from "vitest";
import type { FolioEvent } from "../../src/folio-events.js";
import { eventLog } from "../../src/reading/event-log.js";

const url = "memory://bundle";
const events: FolioEvent[] = [
  { type: "hit", url, item: "a", stale: false, from: "local" },
  { type: "miss", url, item: "a", reason: "absent" },
  { type: "check", url, outcome: "unchanged" },
  { type: "download", url, item: "a", bytes: 10, seconds: 0.5 },
  { type: "evict", items: 3, bytes: 4096 },
  { type: "warning", code: "stale-copy", message: "A stale copy is used." },
];
const quiet = { level: "warn", logCacheHits: false, logCacheMisses: true, logEvictions: true } as const;

function logged(
  change: Partial<{ level: "silent" | "warn" | "info" | "debug"; logCacheHits: boolean; logEvictions: boolean }>,
  told = events,
) {
  const lines: string[] = [];
  const log = eventLog({ ...quiet, ...change }, (line) => lines.push(line));
  for (const event of told) log(event);
  return lines;
}

test("by default warnings and evictions are logged, and nothing when it is silent", () => {
  expect(logged({})).toEqual([
    "larder: evicted 3 items, 4096 bytes",
    "larder: warning (stale-copy): A stale copy is used.",
  ]);
  expect(logged({ logEvictions: false })).toEqual(["larder: warning (stale-copy): A stale copy is used."]);
  expect(logged({ level: "silent" })).toEqual([]);
});

test("at the level info misses and downloads are told, too, with counts and bytes", () => {
  expect(logged({ level: "info" })).toEqual([
    "larder: miss 'a' of memory://bundle (absent)",
    "larder: downloaded 'a' of memory://bundle: 10 bytes in 0.500 s",
    "larder: evicted 3 items, 4096 bytes",
    "larder: warning (stale-copy): A stale copy is used.",
  ]);
  expect(logged({ level: "debug", logCacheHits: true })).toHaveLength(6);
});

test("names that would steer a terminal are shown as escapes", () => {
  const message = "The item 'a\u001b[2J\u202e\nb' changed.";
  expect(logged({}, [{ type: "warning", code: "item-changed", message }])).toEqual([
    "larder: warning (item-changed): The item 'a\\u001b[2J\\u202e\\u000ab' changed.",
  ]);
});
