// Brings all of very many small items here, four at a time, and prints the milliseconds of all.
//
// contenders: "ours" (warmCache of a folio), "fetch" (plain fetch, unverified, kept nowhere)
import { rmSync } from "node:fs";
import { openFolio } from "@larder/folio";
import { printSamples } from "../print-samples.mjs";

const { contender, url, directory, items } = JSON.parse(process.argv[2]);
const parallel = 4;

async function fetchAll() {
  const manifest = await (await fetch(`${url}/items.json`)).json();
  const paths = Object.values(manifest.items).map(({ file }) => file);
  let done = 0;
  const worker = async () => {
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
      await (await fetch(`${url}/${path}`)).arrayBuffer();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return done;
}

async function warmAll() {
  rmSync(directory, { recursive: true, force: true });
  const folio = await openFolio(url, { cache: { directory } });
  const { downloaded } = await folio.warmCache({ parallel });
  await folio.close();
  return downloaded;
}

const started = performance.now();
const done = contender === "ours" ? await warmAll() : await fetchAll();
const ms = performance.now() - started;
if (done !== items) throw new Error(`${contender} brought ${done} items of ${items}`);
printSamples({ [contender]: [ms] });
