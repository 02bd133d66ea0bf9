import { execFileSync } from "node:child_process";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { journalPath } from "../../src/journal/journal.js";
import { startProgram } from "../run-program.js";
import { cacheDirectory } from "../temporary-directory.js";

const seed = Number(process.env.LARDER_FAULTS_SEED ?? 1);
const kills = process.env.LARDER_FAULTS_LONG === "1" ? 40 : 5;

/** By key, which write it holds and how many bytes; a miss is not there. */
async function held(directory: string): Promise<Record<string, string>> {
  const backend = new LmdbBackend({ directory });
  const found: Record<string, string> = {};
  for (let i = 0; i < 8; i++) {
    const stored = await backend.getBlob(`key ${i}`);
    if (stored !== undefined) found[`key ${i}`] = `${stored.record.details?.round} ${stored.record.byteLength}`;
    await stored?.close?.();
  }
  expect((await backend.check({ fix: true })).problems.filter(({ kind }) => kind !== "file-without-row")).toEqual([]);
  await backend.close();
  return found;
}

test("what was in the journal but not committed when a process was killed never comes back", async (ctx) => {
  try {
    execFileSync("strace", ["-V"], { stdio: "ignore" });
  } catch {
    return ctx.skip("needs strace, to kill a process in the middle of a commit");
  }
  console.log(`seed ${seed}, ${kills} kills`);
  let inDoubt = 0;
  for (let kill = 0; kill < kills; kill++) {
    const directory = cacheDirectory();
    // The call is not made: what it would have written is never there.
    const calls = "pwrite64,pwritev";
    const strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", join(directory, "index.lmdb")];
    const inject = `inject=${calls}:error=EIO:signal=SIGKILL:when=${60 + 17 * kill}`;
    await startProgram("write-under-faults", [directory, String(seed + kill), "400"], {
      wrapper: [...strace, "-e", `trace=${calls}`, "-e", inject],
    }).ended;
    const before = statSync(journalPath(directory)).size;
    const found = await held(directory);
    if (statSync(journalPath(directory)).size < before) inDoubt++;
    for (const name of ["index.lmdb", "index.lmdb-lock"]) rmSync(join(directory, name));
    const files = Object.entries(found).filter(([, of]) => Number(of.split(" ")[1]) > 65_536);
    expect(await held(directory)).toEqual(Object.fromEntries(files));
  }
  expect(inDoubt).toBeGreaterThan(0);
}, 300_000);
