import type { BlobRecord } from "@larder/core";
import { itemKey } from "../item-key.js";
import type { ManagerParts } from "./manager-parts.js";

/**
 * Tells of a table that is damaged, and sees to it that it is not found again: most backends move it aside themselves; of
 * others it is deleted, unless something else is stored under its name by now.
 */
export async function noticeDamage(
  { cache, counts, tell }: ManagerParts,
  item: string,
  record: BlobRecord,
  message: string,
  cause?: unknown,
): Promise<void> {
  counts.count("damaged");
  tell({ type: "warning", code: "damaged-blob", item, message: `The table '${item}': ${message}`, cause });
  const key = itemKey(item);
  const stored = await cache.backend.getBlob(key);
  if (stored === undefined) return;
  const { checksum, createdAt } = stored.record;
  await stored.close?.();
  if (checksum === record.checksum && createdAt === record.createdAt) await cache.delete(key);
}
