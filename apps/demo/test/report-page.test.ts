import { beforeAll, describe, expect, it } from "vitest";
import type { ActGraph, ActNode } from "../src/act-protocol.js";
import type { RankedAirport } from "../src/flights/ranking.js";
import { drawDelayChart, niceTicks } from "../src/report/delay-chart.js";
import { reportPage } from "../src/report/report-page.js";

const hostile = `<script>alert("x")</script>&'`;

function node(name: string, decision: ActNode["decision"] = "miss"): ActNode {
  return { node: name, decision, reason: `because ${hostile}`, seconds: 0.25, savedSeconds: 0, rows: 3, bytes: 1500 };
}

function chain(length: number, name = (index: number) => `node ${index}`): ActGraph {
  const names = Array.from({ length }, (_, index) => name(index));
  return {
    nodes: names.map((name) => ({ name, output: name, cache: true })),
    inputs: ["source"],
    edges: names.map((to, index) => ({ from: names[index - 1] ?? "source", to, value: names[index - 1] ?? "source" })),
  };
}

function airport(iata: string, delays: readonly number[]): RankedAirport {
  const months = delays.map((meanDelayMinutes, index) => ({
    month: `2001-${String(index + 1).padStart(2, "0")}`,
    flights: 100,
    meanDelayMinutes,
  }));
  return {
    rank: 1,
    iata,
    name: iata,
    city: hostile,
    state: "ME",
    flights: 100 * delays.length,
    meanDelayMinutes: delays.reduce((a, b) => a + b, 0) / delays.length,
    worstMonth: "2001-01",
    worstMonthDelayMinutes: Math.max(...delays),
    months,
  };
}

describe("the report page", () => {
  const graph = chain(2, (index) => `${hostile}${index}`);
  const nodes = graph.nodes.map(({ name }) => node(name));
  let page = "";
  beforeAll(async () => {
    page = await reportPage({
      title: hostile,
      introduction: hostile,
      airports: [airport("BGR", [1, 2]), airport(hostile, [3, 1])],
      outputs: [{ name: hostile, value: null, preview: hostile }],
      acts: [{ title: hostile, promise: hostile, processId: 7, seconds: 1, nodes, graph, reasons: [hostile] }],
      facts: { [hostile]: hostile },
    });
  });

  it("shows text from outside as text, wherever it stands", () => {
    expect(page).not.toContain("<script");
    expect(page).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;");
  });

  it("shows what a database was asked, request by request, where there was one", async () => {
    const step = {
      ok: true,
      step: "ids",
      title: hostile,
      processId: 7,
      seconds: 1.5,
      processSeconds: 2,
      interrupted: false,
      rows: 201_000,
      queries: 10,
      rowsAsked: 1000,
      cellsAsked: 5000,
      columnsAsked: [],
      idsFromCache: 200_000,
      missingBefore: 1000,
      missingAfter: 0,
      bytes: 7_700_000,
      rowsCompared: 0,
      peakMegabytes: 300,
      head: null,
    } as const;
    const withDatabase = await reportPage({
      title: "t",
      introduction: "i",
      acts: [],
      database: { title: hostile, promise: hostile, steps: [step] },
      facts: {},
    });
    expect(withDatabase).not.toContain("<script");
    const [row] = /<tr><th scope="row">ids<.*<\/tr>/.exec(withDatabase)!;
    const cells = [...row.matchAll(/<td class="number">([^<]*)</g)].map(([, text]) => text);
    expect(cells).toEqual(["10", "1,000", "5,000", "200,000", "1.50 s", "7.7 MB"]);
    expect(page).not.toContain('class="database"');
  });

  it("shows what a folio's server was asked, and what was warned of, where there was one", async () => {
    const step = {
      ok: true,
      step: "columns",
      title: hostile,
      processId: 7,
      seconds: 1.5,
      processSeconds: 2,
      rows: 3_000_000,
      valuesCompared: 9_000_000,
      warnings: [hostile],
      requests: 7,
      bytes: 7_700_000,
      fileBytes: 14_000_000,
      peakMegabytes: 300,
      value: null,
    } as const;
    const withFolio = await reportPage({
      title: "t",
      introduction: "i",
      acts: [],
      folio: { title: hostile, promise: hostile, steps: [step] },
      facts: {},
    });
    expect(withFolio).not.toContain("<script");
    const [row] = /<tr><th scope="row">columns<.*<\/tr>/.exec(withFolio)!;
    const cells = [...row.matchAll(/<td class="number">([^<]*)</g)].map(([, text]) => text);
    expect(cells).toEqual(["7", "7.7 MB", "14 MB", "1.50 s"]);
    expect(withFolio).toContain('<p class="soft">columns: &lt;script');
  });

  it("needs nothing from outside and no script", () => {
    const links = [...page.matchAll(/(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]+)/g)].map(([, link]) => link);
    expect(links.filter((link) => link !== "data:,")).toEqual([]);
    expect(page).not.toMatch(/@import|<script|<link rel="stylesheet/);
  });
});

describe("the chart", () => {
  it("draws one line per airport, five at most, with one point per month", () => {
    const chart = drawDelayChart(["A", "B", "C", "D", "E", "F"].map((iata) => airport(iata, [1, 5, 3])))!;
    expect(chart.match(/class="line"/g)).toHaveLength(5);
    expect(chart.match(/<title>/g)).toHaveLength(15);
  });

  it("puts a later flight higher, and the zero line where early and late part", () => {
    const chart = drawDelayChart([airport("A", [-10, 20])])!;
    const [, fromY, toY] = /class="line" d="M[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)"/.exec(chart)!;
    const [, zeroY] = /y1="([\d.]+)" y2="[\d.]+" class="zero"/.exec(chart)!;
    expect(Number(toY)).toBeLessThan(Number(zeroY));
    expect(Number(fromY)).toBeGreaterThan(Number(zeroY));
  });

  it("is left out when there is no airport to draw", () => {
    expect(drawDelayChart([])).toBeUndefined();
  });

  it.each([
    [0, 22.4],
    [-3.2, 16],
    [0, 0.07],
    [-1200, 1700],
  ])("has round ticks from %d to %d", (low, high) => {
    const ticks = niceTicks(low, high);
    expect(ticks[0]).toBeLessThanOrEqual(low);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(high);
    expect(ticks.length).toBeGreaterThanOrEqual(4);
    expect(ticks.length).toBeLessThanOrEqual(9);
  });
});
