import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { newFolder, type ProcessRun, removeFolder } from "@larder/app-shared/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ActNode } from "../src/act-protocol.js";
import type { DatabaseAct } from "../src/database/run-database-act.js";
import type { Answer } from "../src/flights/summary.js";
import type { FolioAct } from "../src/folio/run-folio-act.js";
import { findChromium, startChromium } from "./harness/chromium.js";
import { reportOfFiftyNodes } from "./harness/fifty-nodes.js";
import { rankingByDuckDb } from "./harness/ranking-by-duckdb.js";
import { runDemo } from "./harness/run-demo.js";
import { airportsFile, flightsFile } from "./harness/sample-files.js";

const screenshots = fileURLToPath(new URL("../.work/", import.meta.url));

interface ActDocument {
  readonly act: string;
  readonly processId: number;
  readonly seconds: number;
  readonly nodes: readonly ActNode[];
  readonly counters: Record<string, number>;
  readonly reasons: readonly { readonly node: string; readonly because: string }[];
  readonly answer: Answer;
}

interface StoryDocument {
  readonly acts: readonly (ActDocument & { readonly steps?: readonly { readonly processId: number }[] })[];
  readonly answer: Answer;
  readonly overhead: { readonly ratio: number };
  readonly report: string;
}

describe("the demo on three million flights", () => {
  const folder = newFolder("story");
  let run: ProcessRun;
  let story: StoryDocument;
  const act = (name: string) => story.acts.find((act) => act.act === name)!;
  const decisions = (name: string) => Object.fromEntries(act(name).nodes.map(({ node, decision }) => [node, decision]));

  beforeAll(async () => {
    run = await runDemo(["--json"], folder);
    if (run.exitCode !== 0) throw new Error(`The demo failed:\n${run.stderr}\n${run.stdout}`);
    story = JSON.parse(run.stdout) as StoryDocument;
  });
  afterAll(() => removeFolder(folder));

  it("prints one JSON document on stdout, of the documented shape", () => {
    expect(story.acts.map(({ act }) => act)).toEqual([
      "cold",
      "unchanged",
      "parameter",
      "code",
      "comment",
      "no-cache",
      "database",
      "folio",
    ]);
    for (const act of story.acts) {
      expect(act.seconds).toBeGreaterThan(0);
      for (const node of act.nodes) {
        expect(Object.keys(node).sort()).toEqual(
          ["bytes", "decision", "node", "reason", "rows", "savedSeconds", "seconds"].sort(),
        );
      }
      expect(act.nodes).toHaveLength(act.act === "database" || act.act === "folio" ? 6 : 7);
    }
  });

  it("performs every act in a process of its own", () => {
    const further = story.acts.flatMap(({ steps }) => steps?.slice(1) ?? []);
    const processIds = [...story.acts, ...further].map(({ processId }) => processId);
    expect(further).toHaveLength(10);
    expect(new Set(processIds).size).toBe(processIds.length);
  });

  it("runs and stores every node when the cache is cold", () => {
    expect(new Set(Object.values(decisions("cold")))).toEqual(new Set(["miss"]));
    expect(act("cold").nodes.find(({ node }) => node === "load")!.rows).toBe(3_000_000);
  });

  it("runs nothing and reads only the last output when nothing has changed", () => {
    const { summary, ...others } = decisions("unchanged");
    expect(summary).toBe("hit");
    expect(new Set(Object.values(others))).toEqual(new Set(["skipped"]));
    expect(act("unchanged").answer).toEqual(act("cold").answer);
  });

  it("runs only what depends on the parameter that changed, and says which it was", () => {
    expect(decisions("parameter")).toEqual({
      load: "skipped",
      clean: "skipped",
      delays: "skipped",
      airports: "skipped",
      join: "hit",
      ranking: "miss",
      summary: "miss",
    });
    expect(act("parameter").reasons.find(({ node }) => node === "ranking")!.because).toContain("minimumFlights");
  });

  it("runs only the node whose code was edited and what depends on it, and names the file", () => {
    expect(decisions("code")).toEqual({
      load: "hit",
      clean: "miss",
      delays: "miss",
      airports: "hit",
      join: "miss",
      ranking: "miss",
      summary: "miss",
    });
    const [reason] = act("code").reasons;
    expect(reason).toMatchObject({ node: "clean", because: expect.stringContaining("flights/clean.ts") });
    expect(reason!.because).toContain("longestDelayMinutes");
  });

  it("runs nothing when a comment was edited", () => {
    const { summary, ...others } = decisions("comment");
    expect(summary).toBe("hit");
    expect(new Set(Object.values(others))).toEqual(new Set(["skipped"]));
  });

  it("gives the answer that DuckDB gives on the same files, before and after each change", async () => {
    const asked = { flights: flightsFile, airports: airportsFile };
    const expected = {
      cold: { longestDelayMinutes: 1440, minimumFlights: 1000 },
      parameter: { longestDelayMinutes: 1440, minimumFlights: 5000 },
      code: { longestDelayMinutes: 720, minimumFlights: 5000 },
      "no-cache": { longestDelayMinutes: 720, minimumFlights: 5000 },
    };
    for (const [name, question] of Object.entries(expected)) {
      const theirs = await rankingByDuckDb({ ...asked, ...question });
      const ours = act(name).answer.airports;
      expect(theirs).toHaveLength(10);
      expect(ours.map(({ iata }) => iata)).toEqual(theirs.map(({ iata }) => iata));
      for (const [index, airport] of ours.entries()) {
        const { meanDelayMinutes, worstMonthDelayMinutes, ...exact } = theirs[index]!;
        expect(airport).toMatchObject(exact);
        expect(airport.meanDelayMinutes).toBeCloseTo(meanDelayMinutes, 9);
        expect(airport.worstMonthDelayMinutes).toBeCloseTo(worstMonthDelayMinutes, 9);
      }
    }
    expect(act("code").answer.airports).not.toEqual(act("parameter").answer.airports);
    expect(story.answer).toEqual(act("cold").answer);
  });

  it("asks the database for what the cache lacks, and for nothing else", () => {
    const asked = (act("database") as unknown as DatabaseAct).steps.map(
      ({ step, queries, rowsAsked, cellsAsked, idsFromCache }) => [
        step,
        { queries, rowsAsked, cellsAsked, idsFromCache },
      ],
    );
    expect(Object.fromEntries(asked)).toEqual({
      fetch: { queries: 100, rowsAsked: 200_000, cellsAsked: 800_000, idsFromCache: 0 },
      again: { queries: 0, rowsAsked: 0, cellsAsked: 0, idsFromCache: 200_000 },
      column: { queries: 100, rowsAsked: 200_000, cellsAsked: 200_000, idsFromCache: 0 },
      ids: { queries: 10, rowsAsked: 1000, cellsAsked: 5000, idsFromCache: 200_000 },
      interrupted: { queries: 50, rowsAsked: 100_000, cellsAsked: 400_000, idsFromCache: 0 },
      rest: { queries: 100, rowsAsked: 100_000, cellsAsked: 400_000, idsFromCache: 100_000 },
    });
  });

  it("reads the folio through the cache: what is fresh without a request, what changed with a warning, columns alone", () => {
    const { steps, counters } = act("folio") as unknown as FolioAct;
    const [first, again, updated, stale, columns, columnsAgain] = steps;
    expect(steps.map(({ step, requests }) => [step, requests > 0])).toEqual([
      ["first", true],
      ["again", false],
      ["updated", true],
      ["stale", false],
      ["columns", true],
      ["columns-again", false],
    ]);
    expect([first!.requests, updated!.requests]).toEqual([2, 2]);
    expect([first!.rows, updated!.rows, stale!.rows]).toEqual([10, 9, 9]);
    expect(updated!.warnings.join()).toMatch(/ranking.*maria@flights\.example.*20\d\d-/);
    expect(stale!.warnings).toHaveLength(1);
    expect([again!.warnings, columns!.warnings, columnsAgain!.warnings]).toEqual([[], [], []]);
    expect([columns!.rows, columnsAgain!.rows]).toEqual([3_000_000, 3_000_000]);
    expect(columns!.bytes).toBeLessThan(columns!.fileBytes! * 0.9);
    expect(counters).toMatchObject({ columnBytes: columns!.bytes, columnFileBytes: columns!.fileBytes });
    expect(counters.valuesCompared as number).toBeGreaterThan(2 * 3 * 3_000_000);
  });

  it("prints a [CACHE] line for every output on stderr, without colours", () => {
    const lines = run.stderr.split("\n").filter((line) => line.startsWith("[CACHE]"));
    expect(lines.filter((line) => /✗ MISS \(\d+\.\d+s\)$/.test(line))).toHaveLength(7 + 2 + 5);
    expect(lines.filter((line) => line.endsWith("○ HIT (skipped)"))).toHaveLength(6 + 4 + 6);
    expect(lines.filter((line) => /answer: ✓ HIT$/.test(line))).toHaveLength(2);
    expect(run.stderr).not.toContain("\u{1b}[");
  });

  it("writes the report where it says, and leaves nothing of its working copy", () => {
    expect(story.report).toBe(join(folder, ".larder-demo", "report.html"));
    expect(readFileSync(story.report, "utf8")).toContain("</html>");
    expect(existsSync(join(folder, ".larder-demo", "story", "CACHEDIR.TAG"))).toBe(true);
  });

  describe("the report in a browser", () => {
    const executable = findChromium();
    let browser: Browser | undefined;
    beforeAll(async () => {
      if (executable !== undefined) browser = await startChromium(executable);
    });
    afterAll(() => browser?.close());

    it.for([
      ["light", { width: 1280, height: 900 }],
      ["dark", { width: 1280, height: 900 }],
      ["narrow", { width: 360, height: 740 }],
    ] as const)("shows chart, table and graphs without an error, %s", async ([look, viewport], { skip, expect }) => {
      if (browser === undefined) return skip("no chromium in PATH, and none could be installed");
      const page = await browser.newPage({ viewport, colorScheme: look === "dark" ? "dark" : "light" });
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("request", (request) => request.url().startsWith("file:") || complaints.push(request.url()));
      await page.goto(pathToFileURL(story.report).href);
      expect(await page.title()).toBe("Which airports make their passengers wait?");
      expect(await page.locator("svg.chart .series").count()).toBe(5);
      expect(await page.locator("table.answer tbody tr").count()).toBe(10);
      expect(await page.locator("svg.graph").count()).toBe(6);
      expect(await page.locator("#act-7 table.database tbody tr").count()).toBe(6);
      expect(await page.locator("#act-8 table.database tbody tr").count()).toBe(6);
      expect(await page.locator("#act-4 .node.decision-miss").count()).toBe(5);
      expect(await page.locator("#act-4 .node.decision-hit").count()).toBe(2);
      // What an act looks like is on the screen, not outside it; only boxes that scroll are wider than the screen.
      const width = await page.evaluate("document.documentElement.scrollWidth");
      expect(width).toBeLessThanOrEqual(viewport.width);
      expect(await overflowingLabels(page)).toEqual([]);
      await page.screenshot({ path: join(screenshots, `report-${look}.png`), fullPage: true });
      expect(complaints.filter((complaint) => !complaint.startsWith("data:"))).toEqual([]);
      await page.close();
    });

    it("draws a pipeline of fifty nodes so that every name can be read", async ({ skip, expect }) => {
      if (browser === undefined) return skip("no chromium in PATH, and none could be installed");
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      await page.setContent(await reportOfFiftyNodes());
      expect(await page.locator("svg.graph .node").count()).toBe(50);
      expect(await overflowingLabels(page)).toEqual([]);
      await page.screenshot({ path: join(screenshots, "report-fifty.png"), fullPage: true });
      await page.close();
    });
  });
});

/** The texts of a graph that stick out of their boxes. */
function overflowingLabels(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll("svg.graph g.node, svg.graph g.input-node")].flatMap((group) => {
    const box = group.querySelector("rect").getBBox();
    return [...group.querySelectorAll("text")]
      .filter((text) => text.getBBox().x < box.x || text.getBBox().x + text.getBBox().width > box.x + box.width)
      .map((text) => text.textContent);
  })`);
}
