import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { openFolioStore } from "../../../src/cached/open-folio-store.js";

// exclusive.ts <directory> <log> <name> [hang]: does the work once, unless another process has done it.
const [directory, log, name, hang] = process.argv.slice(2) as [string, string, string, string | undefined];
const store = await openFolioStore({ directory });
const done = join(directory, `done-${name}`);
const outcome = await store.exclusive(
  name,
  async () => {
    appendFileSync(log, `begin ${process.pid}\n`);
    if (hang !== undefined) {
      console.log("hanging");
      await new Promise((resolve) => setTimeout(resolve, 1e9));
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    appendFileSync(done, "");
    appendFileSync(log, `end ${process.pid}\n`);
    return "worked";
  },
  { isDone: async () => existsSync(done) },
);
console.log(outcome);
await store.close();
