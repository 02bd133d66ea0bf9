import { appendFileSync, copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Benchmark } from "../benchmark.js";
import { toResult } from "../benchmark.js";
import { runProgram, withFolder } from "../run-case.js";

const program = fileURLToPath(new URL("../../../../apps/code-atlas/dist/atlas.js", import.meta.url));
const store = fileURLToPath(new URL("../../../../node_modules/.pnpm", import.meta.url));

/** Real files, enough to count, and none so large that it alone decides. */
const fileCount = 6000;
const mostBytes = 200_000;

/** The code atlas on real files, each run in a new process: on an empty cache, on a full one, after one edit, four at once. */
export const atlasBenchmark: Benchmark = {
  name: "atlas",
  description:
    "the code atlas on 6,000 installed files: cold, warm, after one edit, and four at once on an empty cache",
  async *measure(effort) {
    yield* await withFolder(async (folder) => {
      const sources = join(folder, "sources");
      const edited = copySources(sources);
      const cache = join(folder, "cache");
      const runs = effort.quick ? 1 : 3;
      const cold: number[] = [];
      const warm: number[] = [];
      const edit: number[] = [];
      for (let run = 0; run < runs; run += 1) {
        rmSync(cache, { recursive: true, force: true });
        const first = await runAtlas(sources, cache, folder);
        expectCount("a cold run", first.extracted, first.contents);
        cold.push(first.wallSeconds);
        for (let again = 0; again < 3; again += 1) {
          const second = await runAtlas(sources, cache, folder);
          expectCount("a warm run", second.extracted, 0);
          warm.push(second.wallSeconds);
        }
        appendFileSync(edited, `\nexport const edit${run} = ${run};\n`);
        const third = await runAtlas(sources, cache, folder);
        expectCount("a run after one edit", third.extracted, 1);
        edit.push(third.wallSeconds);
      }
      rmSync(cache, { recursive: true, force: true });
      // All four are over before the folder is removed, also when one fails.
      const settled = await Promise.allSettled([1, 2, 3, 4].map(() => runAtlas(sources, cache, folder)));
      const four = settled.map((each) => {
        if (each.status === "rejected") throw each.reason;
        return each.value;
      });
      const together = four.reduce((sum, { extracted }) => sum + extracted, 0);
      expectCount("four runs at once", together, four[0]!.contents);
      const common = { benchmark: "atlas", unit: "s", peakMegabytes: null };
      return [
        toResult({
          ...common,
          case: `warm, ${fileCount} files`,
          samples: { ours: warm, cold },
          goal: { peer: "cold", ratio: 1 / 20 },
        }),
        toResult({ ...common, case: "one file edited", samples: { ours: edit, cold } }),
        toResult({
          ...common,
          case: "four at once, empty cache (each content extracted once)",
          samples: { ours: [Math.max(...four.map(({ wallSeconds }) => wallSeconds))], cold },
        }),
      ];
    });
  },
};

/** What the atlas says of a run, as far as it is used here. */
interface AtlasDocument {
  readonly contents: number;
  readonly extracted: number;
}

function expectCount(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${what} extracted ${found} contents instead of ${expected}.`);
}

/** Copies installed sources to a folder, as sources of a repository; returns one of them, of TypeScript. */
function copySources(folder: string): string {
  let copied = 0;
  let typescript: string | undefined;
  const copy = (path: string) => {
    const entries = readdirSync(join(store, path), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (copied === fileCount) return;
      const inside = join(path, entry.name);
      if (entry.isDirectory()) copy(inside);
      if (!entry.isFile() || !/\.[cm]?[jt]sx?$/.test(entry.name)) continue;
      if (statSync(join(store, inside)).size > mostBytes) continue;
      const target = join(folder, inside.replaceAll("node_modules", "installed"));
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(join(store, inside), target);
      copied += 1;
      if (entry.name.endsWith(".d.ts")) typescript ??= target;
    }
  };
  copy("");
  if (copied < fileCount || typescript === undefined) throw new Error(`Only ${copied} sources are installed.`);
  return typescript;
}

async function runAtlas(
  sources: string,
  cache: string,
  cwd: string,
): Promise<AtlasDocument & { readonly wallSeconds: number }> {
  const { text, seconds } = await runProgram("The atlas", [program, sources, "--json", "--cache", cache], { cwd });
  return { ...(JSON.parse(text) as AtlasDocument), wallSeconds: seconds };
}
