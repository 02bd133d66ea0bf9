import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newFolder, removeFolder } from "@larder/app-shared/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runDemo } from "./harness/run-demo.js";

const folder = newFolder("modules");
afterAll(() => removeFolder(folder));
const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const decisions = (stdout: string) =>
  Object.fromEntries(
    JSON.parse(stdout).acts[0].nodes.map((node: { node: string; decision: string }) => [node.node, node.decision]),
  );

describe("a pipeline of one's own", () => {
  const pipeline = ["--pipeline", fixture("word-count.ts"), "--input", "text=@book.txt"];

  beforeAll(() => writeFileSync(join(folder, "book.txt"), "The quick brown fox. The end of the fox."));

  it("runs the first time, and is a hit the second", async () => {
    const args = ["--json", ...pipeline, "--input", "longerThan=2"];
    const first = await runDemo(args, folder);
    expect(first.exitCode, first.stderr).toBe(0);
    expect(decisions(first.stdout)).toEqual({ words: "miss", counts: "miss", longest: "miss" });
    expect(JSON.parse(first.stdout).answer).toEqual({
      counts: { the: 3, quick: 1, brown: 1, fox: 2, end: 1 },
      longest: "quick",
    });
    // What the pipeline itself prints does not get between the lines of the document.
    expect(first.stderr).toContain("counting\n");
    const second = await runDemo(args, folder);
    expect(decisions(second.stdout)).toEqual({ words: "skipped", counts: "hit", longest: "hit" });
    expect(JSON.parse(second.stdout).answer).toEqual(JSON.parse(first.stdout).answer);
  });

  it("runs again only what a changed input reaches, and loads only the outputs asked for", async () => {
    const changed = await runDemo(["--json", ...pipeline, "--input", "longerThan=4", "--outputs", "counts"], folder);
    expect(decisions(changed.stdout)).toEqual({ words: "hit", counts: "miss" });
    expect(Object.keys(JSON.parse(changed.stdout).answer)).toEqual(["counts"]);
  });

  it("prints its table, its outputs and where the report is", async () => {
    const { stdout, exitCode } = await runDemo([...pipeline, "--input", "longerThan=2"], folder);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/counts +hit +same key/);
    expect(stdout).toContain("'quick' => 1");
    expect(stdout).toContain(`Report: ${join(folder, ".larder-demo", "report.html")}`);
  });

  it("may lie outside the repository, in a folder that has no packages at all", async () => {
    copyFileSync(fixture("word-count.ts"), join(folder, "mine.ts"));
    const args = ["--json", "--pipeline", "mine.ts", "--input", "text=@book.txt", "--input", "longerThan=2"];
    const { stdout, stderr, exitCode } = await runDemo(args, folder);
    expect(exitCode, stderr).toBe(0);
    expect(JSON.parse(stdout).answer.longest).toBe("quick");
  });

  it.each([
    ["not-a-pipeline.ts", [], /not-a-pipeline\.ts is no Pipeline of @larder\/pipeline\./],
    ["throws-on-import.ts", [], /throws-on-import\.ts can't be loaded: this module is broken\./],
    ["absent.ts", [], /There is no pipeline module .*absent\.ts\./],
    ["word-count.ts", ["--input", "longerThan=2"], /Input 'text' .* is missing/],
    ["word-count.ts", ["--input", "text=@absent.txt", "--input", "longerThan=2"], /absent\.txt/],
    ["failing-pipeline.ts", ["--input", "by=0"], /by → share ✗\): nothing can be shared among nobody\./],
  ])("is refused or fails in one sentence: %s %j", async (name, inputs, sentence) => {
    const { stdout, stderr, exitCode } = await runDemo(["--json", "--pipeline", fixture(name), ...inputs], folder);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr.split("\n").filter((line) => sentence.test(line))).toHaveLength(1);
    expect(stderr).not.toMatch(/\n\s+at |node:internal/);
  });
});

describe("a backend of one's own", () => {
  const data = join(folder, "flights.csv");
  const story = ["--data", data, "--input", "minimumFlights=1"];

  const flights = ["2001-01-31,10,100,JFK,BOS", "2001-02-01,20,100,JFK,BOS", "2001-02-02,30,100,JFK,BOS"];

  beforeAll(() => writeFileSync(data, ["date,delay,distance,origin,destination", ...flights].join("\n")));

  it("has the whole story told on it once it has passed the conformance tests", async () => {
    const env = { FILE_BACKEND_DIRECTORY: join(folder, "file-backend") };
    const { stdout, stderr, exitCode } = await runDemo(
      ["--json", ...story, "--backend", fixture("file-backend.ts")],
      folder,
      env,
    );
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toMatch(/Backend: \d+ conformance tests passed\./);
    const acts = JSON.parse(stdout).acts;
    const [cold, unchanged, parameter] = acts;
    expect(cold.counters).toMatchObject({ misses: 7, hits: 0 });
    expect(unchanged.counters).toMatchObject({ misses: 0, hits: 1, skipped: 6 });
    expect(parameter.counters).toMatchObject({ misses: 2, hits: 1, skipped: 4 });
    // A backend keeps no datasets: the act on a database is told on a cache of the demo's own.
    const own = join(folder, ".larder-demo", "story");
    expect(acts[6]).toMatchObject({ act: "database", counters: { misses: 5, hits: 1 } });
    expect(stderr).toContain(`in ${own}.`);
    expect(existsSync(join(own, "datasets"))).toBe(true);
  });

  it("is not used when it fails them, and the failing tests are named in a sentence", async () => {
    const { stdout, stderr, exitCode } = await runDemo(
      [...story, "--backend", fixture("forgetful-backend.ts")],
      folder,
    );
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/forgetful-backend\.ts fails \d+ of \d+ conformance tests: '.*Nothing was run on it\.\n$/);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stdout).not.toContain("Act 1");
  });

  it("is refused when it lacks a method", async () => {
    const { stderr, exitCode } = await runDemo([...story, "--backend", fixture("no-backend.ts")], folder);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/is no backend: it has no method getMeta, setMeta, clear\..*\n$/);
  });
});
