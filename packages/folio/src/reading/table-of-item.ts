import { bytesSource, type ColumnSchema, type TableHandle } from "@larder/core";
import type { FolioTable, GetOptions } from "../folio.js";
import { checkOptions } from "./check-options.js";
import { isFresh } from "./decide.js";
import { notATable, openTable } from "./get-item.js";
import { readOptionChecks } from "./get-options.js";
import type { ItemUse } from "./item-use.js";
import { dropDamaged } from "./local-copy.js";
import { rangedTable } from "./ranged-item.js";
import { readItem } from "./read-item.js";
import type { ReadingParts } from "./reading-parts.js";
import { type CopiedTable, restartingTable } from "./restarting-table.js";

/** See `Folio.table`. */
export async function tableOfItem(
  parts: ReadingParts,
  name: string,
  options: Omit<GetOptions, "columns" | "where"> = {},
): Promise<FolioTable> {
  checkOptions(options, readOptionChecks);
  const { url } = parts.remote;
  const use: ItemUse<Opened> = {
    keepsBytes: false,
    async fromEntry(entry, about) {
      if (about.kind !== "table") {
        await entry.close();
        throw notATable(url, name, about.kind);
      }
      const handle = openTable(parts, entry.source, about);
      // A copy that rotted shows here, while it can still be fetched again.
      await handle.scan().schema();
      const { close } = folioTable(handle, () => entry.close());
      const onDamage = async () => void (await dropDamaged(parts, about.row, parts.settings.strictMode));
      return { copy: { scan: () => handle.scan(), close, onDamage } };
    },
    async fromBytes(bytes, about) {
      if (about.kind !== "table") throw notATable(url, name, about.kind);
      return { table: folioTable(openTable(parts, bytesSource(bytes), about)) };
    },
    async fromRemote(about) {
      if (about.item.kind !== "table") throw notATable(url, name, about.item.kind);
      const table = await rangedTable(parts, name, about, options);
      return table && { table };
    },
  };
  const open = () => readItem(parts, name, options, use);
  const { table, copy } = await open();
  return (
    table ??
    restartingTable(copy, async () => {
      const anew = await open();
      return anew.table ?? anew.copy;
    })
  );
}

/** What is read as it is, or a local copy, which may rot. */
type Opened =
  | { readonly table: FolioTable; readonly copy?: undefined }
  | { readonly copy: CopiedTable; readonly table?: undefined };

/** See `Folio.getSchema`. */
export async function schemaOfItem(parts: ReadingParts, name: string): Promise<readonly ColumnSchema[]> {
  const known = parts.known.current();
  const told = known?.read.manifest.items.get(name)?.schema;
  if (told !== undefined && isFresh(known!.ageSeconds(), parts.settings)) return told;
  const table = await tableOfItem(parts, name);
  try {
    return await table.scan().schema();
  } finally {
    await table.close();
  }
}

function folioTable(handle: TableHandle, release: () => Promise<void> = async () => undefined): FolioTable {
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= handle.close().finally(release);
    return closing;
  };
  return { scan: () => handle.scan(), close, [Symbol.asyncDispose]: close };
}
