import { createRequire } from "node:module";
import { join } from "node:path";
import { Runner } from "@larder/pipeline";
import fc from "fast-check";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startChromium } from "./chromium.js";
import { inputs, report } from "./flights.js";
import { hostileNames, hostilePipeline, shown } from "./hostile-names.js";

let browser: Browser | undefined;
beforeAll(async () => {
  browser = await startChromium();
}, 60_000);
afterAll(async () => {
  await browser?.close();
});

async function mermaidPage(from: Browser): Promise<Page> {
  const page = await from.newPage();
  const folder = createRequire(import.meta.url)
    .resolve("mermaid/package.json")
    .replace(/package\.json$/, "");
  await page.setContent("<!doctype html><body></body>");
  await page.addScriptTag({ path: join(folder, "dist", "mermaid.min.js") });
  await page.evaluate("mermaid.initialize({ startOnLoad: false })");
  return page;
}

/** The texts of a Mermaid drawing: of nodes, of subgraphs, of the title. What runs in the page is text, as it has other types. */
function drawnTexts(page: Page, text: string): Promise<string[]> {
  return page.evaluate(`mermaid.render("drawing", ${JSON.stringify(text)}).then(({ svg }) => {
    document.body.innerHTML = svg;
    const labels = [...document.querySelectorAll("g.node .nodeLabel, g.cluster .nodeLabel, text.flowchartTitleText")];
    for (const line of document.querySelectorAll(".nodeLabel br")) line.replaceWith("\\n");
    const texts = labels.map((label) => label.textContent);
    document.body.innerHTML = "";
    return texts;
  })`);
}

/** Titles are shown with signs that look like those of HTML. */
const titled = (text: string) => text.replaceAll("<", "＜").replaceAll(">", "＞").replaceAll("&", "＆");
const asShown = (text: string) => shown(text).replace(/\s+/g, " ").trim();

test("Mermaid draws the graph, with pipelines within as subgraphs", async (ctx) => {
  if (browser === undefined) return ctx.skip("needs Chromium");
  const page = await mermaidPage(browser);
  const texts = await drawnTexts(page, report.toMermaid());
  expect(texts.sort()).toEqual(
    [
      "source",
      "cap",
      "load",
      "load\ncached",
      "clean\ncached",
      "rank\ncached",
      "print\nnot cached",
      "flights",
      "report",
    ].sort(),
  );
  await page.close();
}, 60_000);

test("Mermaid shows every name as it is", async (ctx) => {
  if (browser === undefined) return ctx.skip("needs Chromium");
  const page = await mermaidPage(browser);
  await fc.assert(
    fc.asyncProperty(hostileNames, async (names) => {
      const texts = await drawnTexts(page, hostilePipeline(names).toMermaid());
      const [inner, first, second, outside, input] = names.map(asShown);
      const expected = [
        inner!,
        `${first}not cached`,
        `${second}not cached`,
        `${outside}not cached`,
        input!,
        titled(outside!),
      ];
      const bare = (text: string) => text.replace(/[\s\u200b]+/g, "");
      expect(texts.map(bare).sort()).toEqual(expected.map(bare).sort());
    }),
    { numRuns: 40 },
  );
  await page.close();
}, 120_000);

test("the page shows every name as text, asks nobody for anything and runs nothing", async (ctx) => {
  if (browser === undefined) return ctx.skip("needs Chromium");
  const page = await browser.newPage();
  const asked: string[] = [];
  const said: string[] = [];
  page.on("request", ({ url }) => void (url().startsWith("data:") || asked.push(url())));
  page.on("dialog", (dialog) => void said.push(dialog.message()));
  page.on("console", (message) => void said.push(message.text()));
  await fc.assert(
    fc.asyncProperty(hostileNames, async (names) => {
      await page.setContent(await hostilePipeline(names).toHtml());
      const found = await page.evaluate<FoundInPage>(`({
        nodes: [...document.querySelectorAll("g.node")].map((node) => node.getAttribute("data-node")),
        labels: document.querySelectorAll("svg text").length,
        foreign: document.querySelectorAll("script, main b, iframe, img, a").length,
        heading: document.querySelector("h1").textContent,
      })`);
      const [inner, first, second, outside] = names.map((name) => name.toWellFormed().replace(/\r\n?/g, "\n"));
      const visible = (text: string) =>
        text.replace(/\p{Cc}/gu, (character) => (/[\n\t]/.test(character) ? character : "�"));
      expect(found.nodes).toEqual([`${inner}/${first}`, `${inner}/${second}`, outside!].map(visible));
      expect(found).toMatchObject({ labels: 8, foreign: 0, heading: visible(outside!) });
    }),
    { numRuns: 40 },
  );
  expect([asked, said]).toEqual([[], []]);
  await page.close();
}, 120_000);

test.each(["light", "dark"] as const)(
  "in a %s page the boxes stand apart, within their pipelines, readable",
  async (colorScheme) => {
    if (browser === undefined) return;
    const page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 800 } });
    const runner = new Runner({ cacheConfig: { enabled: true, verbose: false } });
    const { report: from } = await runner.run(report, { inputs });
    await page.setContent(await report.toHtml({ from }));
    const { boxes, cluster, colours } = await page.evaluate<Boxes>(`(() => {
    const box = (element) => element.getBoundingClientRect().toJSON();
    const style = (selector) => getComputedStyle(document.querySelector(selector));
    return {
      boxes: [...document.querySelectorAll("g.node rect")].map(box),
      cluster: box(document.querySelector("g.cluster rect")),
      colours: [style(".decision-miss rect").fill, style(".node-name").fill],
    };
  })()`);
    expect(boxes).toHaveLength(4);
    for (const [index, a] of boxes.entries()) {
      for (const b of boxes.slice(index + 1)) {
        expect(a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top).toBe(true);
      }
    }
    for (const { left, right, top, bottom } of boxes.slice(0, 3)) {
      expect(cluster.left <= left && right <= cluster.right && cluster.top <= top && bottom <= cluster.bottom).toBe(
        true,
      );
    }
    expect(contrast(colours[0]!, colours[1]!)).toBeGreaterThan(4.5);
    await page.close();
  },
  60_000,
);

interface FoundInPage {
  readonly nodes: readonly string[];
  readonly labels: number;
  readonly foreign: number;
  readonly heading: string;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Boxes {
  readonly boxes: readonly Box[];
  readonly cluster: Box;
  readonly colours: readonly string[];
}

/** Of two colours, `rgb(…)`, as WCAG counts it. */
function contrast(a: string, b: string): number {
  const light = (colour: string) => {
    const [red, green, blue] = colour
      .match(/[\d.]+/g)!
      .slice(0, 3)
      .map((part) => {
        const share = Number(part) / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [more, less] = [light(a), light(b)].sort((x, y) => y - x);
  return (more! + 0.05) / (less! + 0.05);
}
