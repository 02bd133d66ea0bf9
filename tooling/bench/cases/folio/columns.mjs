// Reads columns of a remote table that is not cached, and prints the milliseconds, and what was downloaded.
import { openFolio } from "@larder/folio";

const { url, directory, columns } = JSON.parse(process.argv[2]);
const counts = async () => (await fetch(`${url}/.counts`)).json();
await counts();
const folio = await openFolio(url, { cache: { directory } });
const started = performance.now();
const table = await folio.get("table", columns === undefined ? {} : { columns });
const ms = performance.now() - started;
const { requests, bytes } = await counts();
await folio.close();
console.log(JSON.stringify({ samples: { ours: [ms] }, requests, bytes, rows: table.numRows, peakMegabytes: 0 }));
