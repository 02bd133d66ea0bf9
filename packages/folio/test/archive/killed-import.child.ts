import { importCache } from "../../src/archive/import-cache.js";
import type { FolioStore } from "../../src/cached/folio-store.js";
import { openFolioStore } from "../../src/cached/open-folio-store.js";

const [directory, file, method, nth] = process.argv.slice(2) as [string, string, keyof FolioStore | "progress", string];

const store = await openFolioStore({ directory });
let calls = 0;

/** The process ends as if its power was cut, in the middle of things. */
function dieAtTheRightTime(): void {
  if (++calls === Number(nth)) process.kill(process.pid, "SIGKILL");
}

const dying: FolioStore = {
  ...store,
  ...(method === "progress"
    ? {}
    : {
        [method]: (...values: never[]) => {
          dieAtTheRightTime();
          return (store[method] as (...values: never[]) => unknown)(...values);
        },
      }),
};
await importCache(dying, file, { onProgress: method === "progress" ? dieAtTheRightTime : undefined });
await store.close();
process.stdout.write("imported");
