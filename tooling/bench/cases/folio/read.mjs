// Reads an item so many times in one process, and prints the milliseconds of each time. What it read must have the digest given.
//
// contenders: "ours" (a folio with a cache), "uncached" (a folio without), "fetch" (plain fetch, whole, unverified), "whole-file"
// (as huggingface_hub's cache works: ask for the ETag, download the whole file unless it is there, read the file).
import { createHash } from "node:crypto";
import { createWriteStream, existsSync, mkdirSync, renameSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { openFolio } from "@larder/folio";
import { printSamples } from "../print-samples.mjs";

const { contender, url, item, directory, times, warmup = 0, digest } = JSON.parse(process.argv[2]);

const folio =
  contender === "ours" || contender === "uncached"
    ? await openFolio(url, { cache: contender === "ours" ? { directory } : { enabled: false } })
    : undefined;
const manifest = folio === undefined ? await (await fetch(`${url}/items.json`)).json() : undefined;
const entry = manifest?.items[item];
const address = entry && `${url}/${entry.file}`;

async function wholeFile() {
  const head = await fetch(address, { method: "HEAD" });
  const path = join(directory, createHash("sha256").update(head.headers.get("etag")).digest("hex"));
  if (!existsSync(path)) {
    mkdirSync(directory, { recursive: true });
    const answer = await fetch(address);
    await pipeline(Readable.fromWeb(answer.body), createWriteStream(`${path}.incomplete`));
    renameSync(`${path}.incomplete`, path);
  }
  return readFile(path);
}

const bytesOf = async () => new Uint8Array(await (await fetch(address)).arrayBuffer());
const read = folio !== undefined ? () => folio.get(item) : contender === "fetch" ? bytesOf : wholeFile;
const parsed =
  item === "document" && folio === undefined ? async () => JSON.parse(Buffer.from(await read()).toString()) : read;

const figures = [];
let last;
for (let time = 0; time < warmup + times; time += 1) {
  const started = performance.now();
  last = await parsed();
  if (time >= warmup) figures.push(performance.now() - started);
}
const found = createHash("sha256")
  .update(item === "document" ? JSON.stringify(last) : last)
  .digest("hex");
if (found !== digest) throw new Error(`${contender} read something else: ${found}`);
await folio?.close();
printSamples({ [contender]: figures });
