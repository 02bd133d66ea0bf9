import { LarderError } from "@larder/core";
import type { CacheOnDisk } from "../caches/cache-on-disk.js";
import { folioCaches } from "../caches/named-cache.js";
import { shownPath, shownType } from "../caches/shown-cache.js";
import type { Clearing } from "../commands/cache/clear.js";
import type { CommandContext } from "../commands/command-context.js";
import { withFolioCache } from "./open-folios.js";
import { urlsNamed } from "./urls-named.js";

/** One bundle, in whichever cache has it. @throws LarderError `unknown-bundle`, `ambiguous-bundle` */
export async function clearingsOfBundle(name: string, context: CommandContext): Promise<readonly Clearing[]> {
  const clearings: Clearing[] = [];
  const urls = new Set<string>();
  const known: string[] = [];
  for (const found of await folioCaches(context)) {
    await withFolioCache(found.directory, context, async (folios) => {
      for await (const { url } of folios.bundles()) known.push(url);
      const named = await urlsNamed(folios, name, context.surroundings.directory);
      for (const url of named) {
        urls.add(url);
        const planned = await folios.clear(url, { dryRun: true });
        clearings.push({
          ...planned,
          name: url,
          facts: { directory: found.directory, type: found.type, url },
          clear: () => withFolioCache(found.directory, context, (again) => again.clear(url)),
        });
      }
    });
  }
  if (urls.size === 1) return clearings;
  if (urls.size > 1) {
    const message = `'${name}' fits ${urls.size} bundles: ${[...urls].join(", ")}. Name one by its whole address.`;
    throw new LarderError(message, { code: "ambiguous-bundle", facts: { bundle: name, urls: [...urls] } });
  }
  const shown =
    known.length === 0 ? "None is." : `Cached are ${known.slice(0, 5).join(", ")}${known.length > 5 ? ", …" : ""}.`;
  throw new LarderError(`No bundle '${name}' is cached. ${shown}`, {
    code: "unknown-bundle",
    facts: { bundle: name, urls: known },
  });
}

/** All bundles of a cache. */
export async function clearingsOfFolios(found: CacheOnDisk, context: CommandContext): Promise<readonly Clearing[]> {
  const { directory, type } = found;
  const planned = await withFolioCache(directory, context, (folios) => folios.clearAll({ dryRun: true }));
  return [
    {
      ...planned,
      name: `${shownPath(directory, context.surroundings)} (${shownType(found)})`,
      facts: { directory, type, kind: null },
      clear: () => withFolioCache(directory, context, (folios) => folios.clearAll()),
    },
  ];
}
