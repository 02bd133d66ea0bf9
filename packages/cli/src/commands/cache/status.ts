import { type Cache, LarderError } from "@larder/core";
import type { CacheOnDisk } from "../../caches/cache-on-disk.js";
import { findCaches } from "../../caches/find-caches.js";
import { withCache } from "../../caches/open-cache.js";
import { shownPath, shownType } from "../../caches/shown-cache.js";
import { soundEntry } from "../../caches/sound-entry.js";
import { type EntryJson, entryJson, storedEntry } from "../../caches/stored-entries.js";
import { formatAge } from "../../output/format-age.js";
import { formatCount, formatSize } from "../../output/format-quantity.js";
import { exitCodes } from "../command.js";
import type { CommandContext } from "../command-context.js";

export async function run(context: CommandContext): Promise<number> {
  const { given, output } = context;
  const name = given.argument("item")!;
  const caches = await findCaches(context);
  const found: object[] = [];
  for (const cache of caches) {
    const told =
      cache.type === "folio" ? await statusInFolios(cache, name, context) : await statusOfEntry(cache, name, context);
    found.push(...told);
  }
  if (found.length === 0) {
    throw new LarderError(`Nothing named '${name}' is cached. 'larder cache list' shows what is.`, {
      code: "unknown-item",
      facts: { item: name, directories: caches.map(({ directory }) => directory) },
    });
  }
  output.document({ found });
  return exitCodes.done;
}

async function statusInFolios(found: CacheOnDisk, name: string, context: CommandContext): Promise<readonly object[]> {
  const { statusOfItems } = await import("../../folios/status-of-items.js");
  return statusOfItems(found, name, context);
}

async function statusOfEntry(found: CacheOnDisk, key: string, context: CommandContext): Promise<readonly object[]> {
  if (context.given.text("bundle") !== undefined) return [];
  const { output, surroundings } = context;
  return withCache(found, async ({ cache }) => {
    // Asked first: what proves damaged when it is looked at is forgotten.
    if (!(await isListed(cache, key))) return [];
    const entry = await storedEntry(cache, key);
    if (entry === undefined) {
      throw new LarderError(
        `The entry '${key}' in ${found.directory} was damaged, or its bytes are gone: reading it is a miss. 'larder check' looks for more.`,
        { code: "damaged-entry", facts: { key, directory: found.directory } },
      );
    }
    const checksumValid = await soundEntry(cache, key);
    const facts = entryJson(entry);
    output.line(
      output.colours.bold(`${output.safe(key)} in ${shownPath(found.directory, surroundings)} (${shownType(found)})`),
    );
    output.pairs(pairsOf(facts, checksumValid, surroundings.now()));
    return [{ directory: found.directory, cacheType: found.type, kind: found.kind ?? null, ...facts, checksumValid }];
  });
}

async function isListed(cache: Cache, key: string): Promise<boolean> {
  for await (const first of cache.keys({ from: key, limit: 1 })) return first === key;
  return false;
}

function pairsOf(entry: EntryJson, checksumValid: boolean, now: number): (readonly [string, string])[] {
  const expires = entry.expiresAt === null ? "never" : formatAge(Date.parse(entry.expiresAt), now);
  return [
    ["type", `${entry.type} (${entry.codec})`],
    ["size", formatSize(entry.sizeBytes)],
    ...(entry.rows === null ? [] : [["rows", formatCount(entry.rows)] as const]),
    ["stored", `${formatAge(Date.parse(entry.createdAt), now)} (${entry.createdAt})`],
    ["expires", expires],
    ["checksum", `${entry.checksum} ${checksumValid ? "(valid)" : "(DAMAGED)"}`],
    ["pinned", entry.pinned ? "yes" : "no"],
    ...(entry.tags.length === 0 ? [] : [["tags", entry.tags.join(", ")] as const]),
    ...(entry.origin === null ? [] : [["origin", entry.origin] as const]),
    ...(entry.costSeconds === null ? [] : [["took", `${entry.costSeconds} s to make`] as const]),
  ];
}
