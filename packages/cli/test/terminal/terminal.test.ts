import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { inTerminal } from "../harness/in-terminal.js";
import { makeKinds, makePlainCache } from "../harness/make-caches.js";
import { larderJson, runLarder } from "../harness/run-larder.js";
import { slowServer } from "../harness/slow-server.js";
import { workingFolder } from "../harness/working-folder.js";

const hide = "\x1b[?25l";
const show = "\x1b[?25h";
const interrupt = "\x03";

async function entriesIn(cwd: string): Promise<number> {
  const { total } = await larderJson<{ total: { entries: number } }>(["cache", "stats"], { cwd });
  return total.entries;
}

describe("larder in a terminal", () => {
  it("asks before it removes, and removes on yes", async (ctx) => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    const { text, exitCode } = await inTerminal(ctx, ["cache", "clear", "--all"], {
      cwd,
      typed: [{ after: "[y/N]", keys: "y\n" }],
    });
    expect(text).toMatch(/Remove 6 items \(\d+ KiB\) of \.cache\/larder \(plain\)\? \[y\/N\]/);
    expect(text).toMatch(/Removed 6 items/);
    expect(exitCode).toBe(0);
    expect(await entriesIn(cwd)).toBe(0);
  });

  it("removes nothing on no, on a bare Enter, and on the end of the input", async (ctx) => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    for (const keys of ["n\n", "\n", "\x04", "yesterday\n"]) {
      const { text, exitCode } = await inTerminal(ctx, ["cache", "clear", "--all"], {
        cwd,
        typed: [{ after: "[y/N]", keys }],
      });
      expect(text).toContain("Nothing was removed.");
      expect(exitCode).toBe(1);
    }
    expect(await entriesIn(cwd)).toBe(6);
  });

  it("removes nothing when Ctrl-C is the answer, and ends with 130", async (ctx) => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    const { exitCode } = await inTerminal(ctx, ["cache", "clear", "--all"], {
      cwd,
      typed: [{ after: "[y/N]", keys: interrupt }],
    });
    expect(exitCode).toBe(130);
    expect(await entriesIn(cwd)).toBe(6);
  });

  it("draws progress while it downloads; Ctrl-C shows the cursor again, ends with 130 and leaves the cache whole", async (ctx) => {
    const cwd = await workingFolder();
    await writeFile(join(cwd, "model.bin"), Buffer.alloc(10_000_000, 1));
    await larderJson(["add", "lab", "model", "model.bin"], { cwd });
    const url = await slowServer(cwd);
    const { text, exitCode } = await inTerminal(ctx, ["cache", "warm", `${url}/lab`], {
      cwd,
      typed: [{ after: /Warming .*KiB/, keys: interrupt }],
    });
    expect(exitCode).toBe(130);
    expect(text.split(hide)).toHaveLength(2);
    expect(text.split(show)).toHaveLength(2);
    expect(text.lastIndexOf(show)).toBeGreaterThan(text.lastIndexOf(hide));
    expect(text).not.toMatch(/\n\s+at /);
    expect((await runLarder(["cache", "verify"], { cwd })).exitCode).toBe(0);
    expect((await runLarder(["check"], { cwd })).exitCode).toBe(0);
  });

  it("ends soon after Ctrl-C, also when a node of a pipeline goes on", async (ctx) => {
    const cwd = await workingFolder();
    await writeFile(join(cwd, "forever.mjs"), foreverPipeline);
    const { exitCode, text } = await inTerminal(ctx, ["run", "forever.mjs", "--no-cache"], {
      cwd,
      from: "source",
      typed: [{ after: "begun", keys: interrupt }],
    });
    expect(text).toContain("asked to end");
    expect(exitCode).toBe(130);
  });

  it("fits tables into narrow terminals: 40 columns, and 24", async (ctx) => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    await makeKinds(cwd);
    for (const columns of [40, 24]) {
      for (const args of [["cache", "stats"], ["cache", "list"], ["head", "people"], ["runs"]]) {
        const { text, exitCode } = await inTerminal(ctx, args, { cwd, columns });
        expect(exitCode).toBe(0);
        const lines = stripVTControlCharacters(text).split(/\r?\n/);
        const tables = lines.filter((line) => /^(CACHE|KEY|\.cache\S* {2}| +id|NODE)/.test(line));
        for (const line of tables) expect(line.length, `${args.join(" ")}: ${line}`).toBeLessThanOrEqual(columns);
      }
    }
    const { text } = await inTerminal(ctx, ["cache", "list", "--help"], { cwd, columns: 40 });
    for (const line of stripVTControlCharacters(text).split(/\r?\n/)) expect(line.length).toBeLessThanOrEqual(60);
  });

  it("has colours in a terminal, and none with NO_COLOR, --no-color, or in a pipe", async (ctx) => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    const args = ["cache", "stats"];
    expect((await inTerminal(ctx, args, { cwd })).text).toContain("\x1b[1m");
    expect((await inTerminal(ctx, args, { cwd, env: { NO_COLOR: "1" } })).text).not.toContain("\x1b[");
    expect((await inTerminal(ctx, [...args, "--no-color"], { cwd })).text).not.toContain("\x1b[");
    expect((await inTerminal(ctx, args, { cwd, env: { TERM: "dumb" } })).text).not.toContain("\x1b[");
    const { text } = await inTerminal(ctx, args, { cwd, shell: "$LARDER cache stats | cat" });
    expect(text).not.toContain("\x1b[");
    expect((await inTerminal(ctx, [...args, "--json"], { cwd })).text).not.toContain("\x1b[");
  });

  it("shows what steers terminals in names as harmless marks", async (ctx) => {
    const cwd = await workingFolder();
    const { Cache } = await import("@larder/core");
    const { DiskCache } = await import("@larder/disk-cache");
    const cache = new Cache({ backend: new DiskCache({ directory: join(cwd, ".cache", "larder") }) });
    await cache.set("evil\x1b[2J\x07name", 1, { origin: "x\u202ey" });
    await cache.close();
    const { text } = await inTerminal(ctx, ["cache", "list"], { cwd });
    expect(text).toContain("evil\ufffd[2J\ufffdname");
    expect(text).not.toContain("\x1b[2J");
    expect(text).not.toContain("\u202e");
  });
});

const foreverPipeline = `
import { func, Pipeline } from "@larder/pipeline";
const wait = func({ inputs: [], output: "waited", name: "wait" }, (inputs, context) => {
  console.log("begun");
  context.signal.addEventListener("abort", () => console.log("asked to end"));
  return new Promise((resolve) => setInterval(() => {}, 1000));
});
export default new Pipeline([wait]);
`;
