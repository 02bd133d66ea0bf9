import { compareKeys } from "@larder/core";
import type { ItemChunks, Manifest, ManifestItem } from "./manifest.js";

/**
 * The bytes of `items.json`: UTF-8, one line for each item, items ascending by name and fields in a fixed order, so that the
 * same manifest gives the same bytes. `parseManifest` brings it back.
 */
export function serializeManifest(manifest: Manifest): Uint8Array {
  const { formatVersion, createdAt, updatedAt, description, items, other } = manifest;
  const head = { formatVersion, createdAt, updatedAt, description, ...other };
  const fields = Object.entries(head).flatMap(([key, value]) =>
    value === undefined ? [] : [`  ${JSON.stringify(key)}: ${JSON.stringify(value)}`],
  );
  // By hand, for an object would put names that are numbers first.
  const lines = [...items]
    .sort(([a], [b]) => compareKeys(a, b))
    .map(([name, item]) => `    ${JSON.stringify(name)}: ${JSON.stringify(itemFields(item))}`);
  const list = lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n  }`;
  return new TextEncoder().encode(`{\n${[...fields, `  "items": ${list}`].join(",\n")}\n}\n`);
}

/** In their order; what is undefined is left out when it is written. */
function itemFields(item: ManifestItem): object {
  const { kind, file, reference, sizeBytes, checksum, checksumAlgorithm, createdAt, updatedAt } = item;
  const { chunks, updatedBy, rows, schema, description, other } = item;
  const place = {
    kind,
    file,
    reference,
    sizeBytes,
    checksum,
    checksumAlgorithm,
    chunks: chunks && chunkFields(chunks),
  };
  const known = { ...place, createdAt, updatedAt, updatedBy, rows, schema, description };
  return other === undefined ? known : { ...known, ...other };
}

function chunkFields({ file, chunkBytes, algorithm, checksum }: ItemChunks): object {
  return { file, chunkBytes, algorithm, checksum };
}
