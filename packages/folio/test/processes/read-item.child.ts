import { createHash } from "node:crypto";
import { openFolio } from "../../src/open-folio.js";

// Reads one item through a cache directory that others use too, and prints a line of JSON.
const [url, directory, name] = process.argv.slice(2) as [string, string, string];

const folio = await openFolio(url, {
  cache: { directory },
  env: {},
  log: () => undefined,
  onEvent: ({ type }) => {
    if (type === "miss") process.stdout.write("miss\n");
  },
});
process.stdout.write("open\n");
// All begin together, once the parent says so.
await new Promise((resolve) => process.stdin.once("data", resolve));
const bytes = await folio.get<Uint8Array>(name);
const sha256 = createHash("sha256").update(bytes).digest("hex");
await folio.close();
process.stdout.write(`${JSON.stringify({ sha256 })}\n`);
process.exit();
