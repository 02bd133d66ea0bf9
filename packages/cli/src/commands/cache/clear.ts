import type { CacheOnDisk } from "../../caches/cache-on-disk.js";
import { clearCache, sizeOfCache } from "../../caches/clear-cache.js";
import { findCaches } from "../../caches/find-caches.js";
import { cachesNamed } from "../../caches/named-cache.js";
import { shownPath, shownType } from "../../caches/shown-cache.js";
import { UsageError } from "../../failures/usage-error.js";
import { confirm } from "../../output/confirm.js";
import { counted, formatSize } from "../../output/format-quantity.js";
import { exitCodes } from "../command.js";
import type { CommandContext } from "../command-context.js";

/** Something that is cleared as a whole: a plain cache, a kind, or one or all bundles. */
export interface Clearing {
  /** For people. */
  readonly name: string;
  /** For programs. */
  readonly facts: object;
  readonly items: number;
  readonly bytes: number;
  /** @returns what was removed */
  clear(): Promise<{ readonly items: number; readonly bytes: number }>;
}

export async function run(context: CommandContext): Promise<number> {
  const { output, given } = context;
  const clearings = await whatToClear(context);
  const sum = (of: "items" | "bytes", among: readonly { items: number; bytes: number }[]) =>
    among.reduce((total, each) => total + each[of], 0);
  const [items, bytes] = [sum("items", clearings), sum("bytes", clearings)];
  const all = `${counted(items, "item")} (${formatSize(bytes)})`;
  const from = clearings.map(({ name }) => name).join(", ");
  if (given.has("dry-run")) {
    output.line(clearings.length === 0 ? "There is nothing to remove." : `Would remove ${all}: ${output.safe(from)}.`);
    output.document({ dryRun: true, cleared: clearings.map(told), items, bytes });
    return exitCodes.done;
  }
  if (clearings.length === 0) {
    output.line("There is nothing to remove.");
    output.document({ dryRun: false, cleared: [], items: 0, bytes: 0 });
    return exitCodes.done;
  }
  if (!(await confirm(context, `Remove ${all} of ${from}`))) return tellKept(context);
  const removed: { items: number; bytes: number; facts: object }[] = [];
  for (const clearing of clearings) {
    context.signal.throwIfAborted();
    removed.push({ ...(await clearing.clear()), facts: clearing.facts });
  }
  const [goneItems, goneBytes] = [sum("items", removed), sum("bytes", removed)];
  output.line(`Removed ${counted(goneItems, "item")} (${formatSize(goneBytes)}): ${output.safe(from)}.`);
  output.document({ dryRun: false, cleared: removed.map(told), items: goneItems, bytes: goneBytes });
  return exitCodes.done;
}

function told({ facts, items, bytes }: { readonly facts: object; readonly items: number; readonly bytes: number }) {
  return { ...facts, items, bytes };
}

/** Says that nothing was done, as the answer was not yes. */
export function tellKept({ output }: CommandContext): number {
  output.note("Nothing was removed.");
  output.document({ dryRun: false, cleared: [], items: 0, bytes: 0 });
  return exitCodes.failed;
}

async function whatToClear(context: CommandContext): Promise<readonly Clearing[]> {
  const { given } = context;
  const name = given.argument("bundle");
  const all = given.has("all");
  if (all === (name !== undefined)) {
    const problem = all
      ? "Name a bundle or a cache, or say --all, not both."
      : "Name a bundle, a cache directory or a kind, or say --all.";
    throw new UsageError(`${problem} See 'larder cache clear --help'.`, { argument: "bundle" });
  }
  const caches = name === undefined ? await findCaches(context) : await cachesNamed(name, context);
  const { clearingsOfBundle, clearingsOfFolios } = await import("../../folios/clear-folios.js");
  if (name !== undefined && caches.length === 0) return clearingsOfBundle(name, context);
  const clearings: Clearing[] = [];
  for (const found of caches) {
    if (found.type === "folio") clearings.push(...(await clearingsOfFolios(found, context)));
    else clearings.push(await clearingOf(found, context));
  }
  return clearings;
}

async function clearingOf(found: CacheOnDisk, { given, surroundings }: CommandContext): Promise<Clearing> {
  const tables = given.has("tables");
  const { directory, type, kind = null } = found;
  return {
    ...(await sizeOfCache(found, tables)),
    name: `${shownPath(directory, surroundings)} (${shownType(found)})`,
    facts: { directory, type, kind },
    clear: () => clearCache(found, tables),
  };
}
