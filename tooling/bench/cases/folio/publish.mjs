// Publishes a folio in a folder: a JSON item, 64 MB that no compression makes smaller, and a table; or very many small items.
import { createHash, randomFillSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openFolio } from "@larder/folio";
import { Float64, Int32, makeData, Table, Utf8, vectorFromArray } from "apache-arrow";

const { folder, items = 0, rows = 3_000_000 } = JSON.parse(process.argv[2]);
if (items > 0) {
  publishMany(items);
} else {
  const folio = await openFolio(folder, { cache: { enabled: false } });
  await folio.add(
    "document",
    Array.from({ length: 1000 }, (_, index) => ({ index, name: `row ${index}` })),
  );
  await folio.add("weights", randomFillSync(new Uint8Array(64_000_000)));
  await folio.add("table", tableOf(rows));
  await folio.close();
}
console.log(JSON.stringify({ done: true }));

/** Written by hand: each `add` writes the whole manifest, and what adding costs is not what is measured. */
function publishMany(count) {
  mkdirSync(join(folder, "items"), { recursive: true });
  const listed = {};
  for (let item = 0; item < count; item += 1) {
    const text = JSON.stringify({ item, name: `number ${item}` });
    const checksum = createHash("sha256").update(text).digest("hex");
    const file = `items/item-${item}.${checksum.slice(0, 12)}.00000000.json`;
    writeFileSync(join(folder, file), text);
    listed[`item-${item}`] = { kind: "json", file, sizeBytes: text.length, checksum, checksumAlgorithm: "sha256" };
  }
  writeFileSync(join(folder, "items.json"), JSON.stringify({ formatVersion: 1, items: listed }));
}

/** Seven columns: numbers that compress badly, and words of a few. */
function tableOf(rows) {
  const floats = () => {
    const data = new Float64Array(rows);
    for (let row = 0; row < rows; row += 1) data[row] = Math.sin(row * 12.9898) * 43758.5453;
    return makeData({ type: new Float64(), length: rows, data });
  };
  const ints = Int32Array.from({ length: rows }, (_, row) => (row * 2654435761) | 0);
  const words = vectorFromArray(
    Array.from({ length: rows }, (_, row) => `word ${row % 977}`),
    new Utf8(),
  );
  return new Table({
    a: vectorOf(floats()),
    b: vectorOf(floats()),
    c: vectorOf(floats()),
    d: vectorOf(floats()),
    e: vectorOf(floats()),
    f: vectorOf(makeData({ type: new Int32(), length: rows, data: ints })),
    g: words,
  });
}

function vectorOf(data) {
  return new Table({ x: data }).getChild("x");
}
