import {
  type BlobLook,
  type BlobRecord,
  type BlobSource,
  bytesCodec,
  bytesSource,
  type CacheBackend,
  loadXxhash,
  type StoredBlob,
  type ValueCodec,
  verifiedSource,
} from "@larder/core";
import type { ItemKind } from "../manifest/manifest.js";
import type { ContentEntry, ContentId } from "./folio-store.js";
import { contentKey } from "./store-keys.js";

/** Name of the codec that a content of this kind is recorded with. */
export function codecOfKind(kind: ItemKind, tables: ValueCodec): string {
  return kind === "table" ? tables.name : bytesCodec.name;
}

/**
 * A content, opened; its bytes are verified as they are read. `undefined` when it is not there.
 *
 * @param options - `kind`: how it is read; default: as what it was stored. `look`: whether that counts as use
 */
export async function openContent(
  backend: CacheBackend,
  content: ContentId,
  {
    tables,
    kind,
    look,
  }: { readonly tables: ValueCodec; readonly kind: ItemKind | undefined; readonly look?: BlobLook | undefined },
): Promise<ContentEntry | undefined> {
  const stored = await backend.getBlob(contentKey(content), look);
  if (stored === undefined || stored === null) return undefined;
  const { record } = stored;
  const source = stored.verified === true ? stored.source : await checkedSource(content, stored);
  const isTable = kind === undefined ? record.codec === tables.name : kind === "table";
  const recordAs: BlobRecord = { ...record, codec: isTable ? tables.name : bytesCodec.name };
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => stored.close?.())();
    return closing;
  };
  return {
    record,
    source,
    async value<T>() {
      const bytes = await source.slice(0);
      if (!isTable) return bytes as T;
      return (await tables.decode(bytesSource(bytes), recordAs)) as T;
    },
    table: () => tables.openTable!(source, recordAs),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function checkedSource(content: ContentId, { source, record }: StoredBlob): Promise<BlobSource> {
  return verifiedSource({ source, record, xxhash: await loadXxhash(), describe: `The content ${content}` });
}
