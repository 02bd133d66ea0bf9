// Reads 1,000 of many cached items, one after the other, and prints the milliseconds of all.
import { openFolio } from "@larder/folio";
import { printSamples } from "../print-samples.mjs";

const { url, directory, items, lookUps, rounds } = JSON.parse(process.argv[2]);
const folio = await openFolio(url, { cache: { directory, ttlSeconds: null } });
const report = await folio.warmCache();
if (report.failed.length > 0) throw report.failed[0].error;
const figures = [];
for (let round = 0; round < rounds; round += 1) {
  const started = performance.now();
  for (let lookUp = 0; lookUp < lookUps; lookUp += 1) {
    const item = (lookUp * 7919 + round) % items;
    const value = await folio.get(`item-${item}`);
    if (value.item !== item) throw new Error(`item-${item} is ${JSON.stringify(value)}`);
  }
  figures.push(performance.now() - started);
}
await folio.close();
printSamples({ ours: figures });
