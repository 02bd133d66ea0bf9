// Asks for random ids, again and again, and prints each request once it is answered and right. Arguments: directory, url, seed, ids of the table, requests (0: no end).
import { DiskCache } from "@larder/disk-cache";
import { getData, httpJsonFetcher } from "../../../src/index.js";
import { rowOf } from "../counting-server.js";
import { seededNumbers } from "../seeded-numbers.js";

async function main() {
  const [directory = "", url = "", seed, universe, requests] = process.argv.slice(2);
  const random = seededNumbers(Number(seed));
  const cache = new DiskCache({ directory });
  const fetcher = httpJsonFetcher({ url, idsPerRequest: 50 });
  for (let n = 0; Number(requests) === 0 || n < Number(requests); n++) {
    const count = 1 + Math.floor(random() * 120);
    const ids = Array.from({ length: count }, () => Math.floor(random() * Number(universe)));
    const answer = await getData({
      table: "aviation.flights",
      ids,
      columns: ["delay", "city"],
      fetcher,
      cache,
      onMissing: "omit",
      batchSize: 40,
    });
    const expected = ids.map(rowOf).filter((row) => row !== undefined);
    if (JSON.stringify(answer.toRows()) !== JSON.stringify(expected)) throw new Error(`A wrong answer to ${ids}`);
    process.stdout.write(`${ids.join(",")}\n`);
  }
  await cache.close();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
