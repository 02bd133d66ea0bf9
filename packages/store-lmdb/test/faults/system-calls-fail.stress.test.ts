import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { runProgram } from "../run-program.js";
import { sampleBlob, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";

const firstSeed = Number(process.env.LARDER_FAULTS_SEED ?? 1);
const seeds = process.env.LARDER_FAULTS_LONG === "1" ? 10 : 1;

/** Which calls fail: of which file, with what, and the how-manieth of them. */
const faults = [
  { file: "index.lmdb", calls: "pwrite64,pwritev,write,writev", error: "EIO", when: "20+37" },
  { file: "index.lmdb", calls: "pwrite64,pwritev,write,writev", error: "ENOSPC", when: "20+23" },
  { file: "index.lmdb", calls: "fdatasync,fsync,msync", error: "EIO", when: "5+11" },
  { file: "journal/files.log", calls: "write,pwrite64,writev", error: "ENOSPC", when: "3+4" },
  { file: "journal/files.log", calls: "write,pwrite64,writev", error: "EIO", when: "2+5" },
  { file: undefined, calls: "rename", error: "EIO", when: "8+5" },
  { file: undefined, calls: "unlink", error: "EIO", when: "6+3" },
];

test.each(faults)(
  "when $calls of $file fail with $error, writes fail by name, reads miss, and nothing is wrong afterwards",
  async (fault) => {
    if (!hasStrace()) return console.warn("Not tested: making system calls fail needs strace.");
    for (let seed = firstSeed; seed < firstSeed + seeds; seed++) await underFault(seed, fault);
  },
  300_000,
);

async function underFault(seed: number, { file, calls, error, when }: (typeof faults)[number]): Promise<void> {
  const directory = cacheDirectory();
  const first = new LmdbBackend({ directory });
  await first.setBlob("old", await sampleBlob(sampleBytes(100_000, 1)));
  await first.close();
  const only = file === undefined ? [] : ["-P", join(directory, file)];
  const strace = ["strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", ...only];
  const wrapper = [...strace, "-e", `trace=${calls}`, "-e", `inject=${calls}:error=${error}:when=${when}`];
  const output = await runProgram("write-under-faults", [directory, String(seed), "80"], { wrapper });
  const seen = JSON.parse(output.at(-1)!) as {
    allowed: [string, number[]][];
    failed: number;
    acknowledged: number;
    codes: string[];
    warnings: string[];
  };
  console.log(
    `${calls} ${error} seed ${seed}: ${seen.failed} failed, ${seen.acknowledged} not, ${seen.codes} ${seen.warnings}`,
  );
  expect(seen.acknowledged).toBeGreaterThan(0);
  for (const code of seen.codes) expect(["disk-full", "backend-failed"]).toContain(code);
  await expectAllowed(directory, seen.allowed, ["file-without-row"]);
  // What failed may come back when the index is lost; what comes back is something that was written there.
  for (const name of ["index.lmdb", "index.lmdb-lock"]) rmSync(join(directory, name), { force: true });
  await expectAllowed(
    directory,
    seen.allowed.map(([key, values]) => [key, [0, ...values]]),
    ["file-without-row"],
  );
}

async function expectAllowed(
  directory: string,
  allowed: readonly [string, number[]][],
  explained: readonly string[],
): Promise<void> {
  const backend = new LmdbBackend({ directory });
  for (const [key, values] of allowed) {
    const stored = await backend.getBlob(key);
    const of = (stored?.record.details?.round as number | undefined) ?? 0;
    expect(values, key).toContain(of);
    if (stored === undefined) continue;
    const bytes = await stored.source.slice(0);
    expect(Buffer.compare(bytes, sampleBytes(bytes.byteLength, of)), key).toBe(0);
    await stored.close?.();
  }
  const { problems } = await backend.check();
  expect(problems.filter(({ kind }) => !explained.includes(kind))).toEqual([]);
  await backend.close();
}

function hasStrace(): boolean {
  try {
    execFileSync("strace", ["-V"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
