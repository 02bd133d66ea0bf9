import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { larderJson, runLarder } from "../harness/run-larder.js";
import { workingFolder } from "../harness/working-folder.js";

const words = `
import { readFile } from "node:fs/promises";
import { type FileInput, func, Pipeline } from "@larder/pipeline";

const words = func({ inputs: ["text"], output: "words", cache: true }, async ({ text }: { text: FileInput }) => {
  console.log("splitting");
  return (await readFile(text.path, "utf8")).split(/\\s+/);
});
const long = func({ inputs: ["words", "longerThan"], output: "long", cache: true },
  ({ words, longerThan }: { words: readonly string[]; longerThan: number }) => words.filter((word) => word.length > longerThan));
const count = func({ inputs: ["words"], output: "count", cache: true }, ({ words }: { words: readonly string[] }) => words.length);

export const pipeline = new Pipeline([words, long, count], { name: "words" });
`;

const inputs = ["-i", "text=@book.txt", "-i", "longerThan=2"];

interface Ran {
  readonly report: { readonly nodes: readonly { readonly node: string; readonly decision: string }[] };
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly directory: string;
}

async function folderWithPipeline(): Promise<string> {
  const cwd = await workingFolder();
  await writeFile(join(cwd, "words.ts"), words);
  await writeFile(join(cwd, "book.txt"), "to be or not to be that is the question");
  return cwd;
}

describe("larder run, plan, why and runs", () => {
  it("runs a pipeline in TypeScript anywhere, and reads it from the cache the second time", async () => {
    const cwd = await folderWithPipeline();
    const options = { cwd, from: "source" } as const;
    const first = await larderJson<Ran>(["run", "words.ts", ...inputs], options);
    expect(first.outputs).toEqual({ long: ["not", "that", "the", "question"], count: 10 });
    expect(first.report.nodes.map(({ decision }) => decision)).toEqual(["miss", "miss", "miss"]);
    expect(first.directory).toBe(join(cwd, ".cache", "larder"));
    const second = await larderJson<Ran>(["run", "words.ts", ...inputs], options);
    expect(second.outputs).toEqual(first.outputs);
    expect(second.report.nodes.map(({ node, decision }) => `${node}: ${decision}`)).toEqual([
      "words: skipped",
      "long: hit",
      "count: hit",
    ]);

    const plan = await larderJson<Ran["report"]>(
      ["plan", "words.ts", "-i", "text=@book.txt", "-i", "longerThan=3"],
      options,
    );
    expect(plan.nodes.map(({ node, decision }) => `${node}: ${decision}`)).toEqual([
      "words: hit",
      "long: miss",
      "count: hit",
    ]);
    const why = await larderJson(["why", "words.ts", "long", "-i", "text=@book.txt", "-i", "longerThan=3"], options);
    expect(why).toMatchObject({
      nodes: [{ node: "long", decision: "miss", because: [{ part: "input", name: "longerThan" }] }],
    });

    const { runs } = await larderJson<{ runs: { outcome: string; run: string; report: object }[] }>(["runs"], { cwd });
    expect(runs.map(({ outcome }) => outcome)).toEqual(["done", "done"]);
    expect(await larderJson(["runs", runs[1]!.run], { cwd })).toMatchObject({
      run: runs[1]!.run,
      report: { totals: { misses: 3 } },
    });
    const nodes = await runLarder(["runs", "--nodes"], { cwd });
    expect(nodes.stdout).toMatch(/words\/long +(just now|\d+ s ago)/);
  });

  it("prints for people, and what nodes print as well", async () => {
    const cwd = await folderWithPipeline();
    const run = await runLarder(["run", "words.ts", ...inputs, "--output", "count"], { cwd, from: "source" });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain("splitting");
    expect(run.stdout).toMatch(/NODE +DECISION +WHY/);
    expect(run.stdout).toMatch(/\ncount\n10\n/);
    expect(run.stdout).not.toContain("long  ");
    expect(run.stderr).toContain("[CACHE] count: ✗ MISS");
  });

  it("plans without making a cache where there is none", async () => {
    const cwd = await folderWithPipeline();
    const plan = await larderJson<Ran["report"]>(["plan", "words.ts", ...inputs], { cwd, from: "source" });
    expect(plan.nodes.map(({ decision }) => decision)).toEqual(["miss", "depends", "depends"]);
    expect(await readdir(cwd)).toEqual(["book.txt", "words.ts"]);
  });

  it("tells a node that failed, records the run, and ends with 1", async () => {
    const cwd = await workingFolder();
    await writeFile(
      join(cwd, "bad.mjs"),
      `import { func, Pipeline } from "@larder/pipeline";
       const load = func({ name: "load", inputs: [], output: "rows", cache: true }, () => [1]);
       const parse = func({ name: "parse", inputs: ["rows"], output: "parsed" }, () => { throw new Error("no luck with https://u:hunter2@host/x"); });
       export default new Pipeline([load, parse]);`,
    );
    const { error } = await larderJson<{ error: { code: string; message: string } }>(["run", "bad.mjs"], {
      cwd,
      from: "source",
      exitCode: 1,
    });
    expect(error.code).toBe("pipeline-failed");
    expect(error.message).toContain("Node 'parse'");
    expect(error.message).not.toContain("hunter2");
    const { stdout } = await runLarder(["runs", "--json"], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ runs: [{ outcome: "failed" }] });
    expect(stdout).not.toContain("hunter2");
  });

  it("says what is wrong with a module or an input, naming the nearest", async () => {
    const cwd = await folderWithPipeline();
    await writeFile(join(cwd, "none.mjs"), "export const answer = 42;");
    await writeFile(join(cwd, "broken.ts"), "export default (");
    const errorOf = async (args: readonly string[], exitCode: number) =>
      (await larderJson<{ error: { code: string; message: string } }>(args, { cwd, from: "source", exitCode })).error;
    expect(await errorOf(["run", "absent.ts"], 1)).toMatchObject({
      code: "bad-module",
      message: expect.stringContaining("absent.ts"),
    });
    expect(await errorOf(["run", "none.mjs"], 1)).toMatchObject({
      code: "bad-module",
      message: expect.stringContaining("only answer"),
    });
    expect(await errorOf(["run", "broken.ts"], 1)).toMatchObject({ code: "bad-module" });
    expect(await errorOf(["run", "words.ts", "-i", "txt=@book.txt"], 2)).toMatchObject({
      code: "usage",
      message: expect.stringContaining("'text'"),
    });
    expect(await errorOf(["run", "words.ts", "-i", "text=@book.txt"], 1)).toMatchObject({ code: "missing-input" });
  });

  it("runs nodes in worker threads where that is asked for", async () => {
    const cwd = await folderWithPipeline();
    const text = await readFile(join(cwd, "words.ts"), "utf8");
    await writeFile(join(cwd, "words.ts"), text.replaceAll("cache: true", "cache: true, module: import.meta.url"));
    const ran = await larderJson<Ran>(["run", "words.ts", ...inputs, "--mode", "workers"], { cwd, from: "source" });
    expect(ran.outputs.count).toBe(10);
  });
});
