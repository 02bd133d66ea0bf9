import { type BlobSource, bytesSource, LarderError, type TableHandle } from "@larder/core";
import type { GetOptions } from "../folio.js";
import type { ItemKind } from "../manifest/manifest.js";
import { decodeItem } from "../values/decode-item.js";
import { checkOptions } from "./check-options.js";
import { getOptionChecks } from "./get-options.js";
import type { BytesAbout, ItemUse } from "./item-use.js";
import { rangedTable } from "./ranged-item.js";
import { readItem } from "./read-item.js";
import type { ReadingParts } from "./reading-parts.js";

/** See `Folio.get`. */
export async function getItem(parts: ReadingParts, name: string, options?: GetOptions): Promise<unknown> {
  checkOptions(options, getOptionChecks);
  const { columns, where, ...read } = options ?? {};
  const isPartial = columns !== undefined || where !== undefined;

  async function arrow(handle: TableHandle): Promise<unknown> {
    try {
      let scan = handle.scan();
      if (where !== undefined) scan = scan.where(where);
      if (columns !== undefined) scan = scan.select(columns);
      return await scan.toArrow();
    } finally {
      await handle.close();
    }
  }

  function decoded(bytes: Uint8Array, about: BytesAbout): unknown {
    if (about.kind === "table") return arrow(openTable(parts, bytesSource(bytes), about));
    if (isPartial) throw notATable(parts.remote.url, name, about.kind);
    return decodeItem(about.kind, bytes);
  }

  const use: ItemUse<unknown> = {
    keepsBytes: true,
    async fromEntry(entry, about) {
      if (about.kind === "table") {
        const value = await arrow(openTable(parts, entry.source, about));
        await entry.close();
        return value;
      }
      const bytes = await entry.source.slice(0);
      await entry.close();
      return decoded(bytes, about);
    },
    fromBytes: async (bytes, about) => decoded(bytes, about),
    async fromRemote(about) {
      if (!isPartial) return undefined;
      if (about.item.kind !== "table") throw notATable(parts.remote.url, name, about.item.kind);
      const table = await rangedTable(parts, name, about, read);
      return table && arrow({ scan: () => table.scan(), close: () => table.close() });
    },
  };
  return readItem(parts, name, read, use);
}

/** What nothing vouches for is read as a foreign file: by a process of its own. */
export function openTable({ store }: ReadingParts, source: BlobSource, { vouched }: BytesAbout): TableHandle {
  return store.openTable(source, { trust: vouched ? "own" : "foreign" });
}

export function notATable(url: string, name: string, kind: ItemKind): LarderError {
  return new LarderError(
    `The item '${name}' of ${url} is no table but of the kind '${kind}'. Read it with get(), without columns and where.`,
    {
      code: "not-a-table",
      facts: { url, item: name, kind },
    },
  );
}
