import { Cache, MemoryCache } from "@larder/core";
import { Runner } from "@larder/pipeline";
import { describe, expect, it } from "vitest";
import { decisionsOf, plannedIn, reasonsOf } from "../decisions-of.js";
import { callsOf } from "./counted-calls.js";
import { each, halves, texts as pipeline, recomputed, sourcesOf, whole } from "./word-nodes.js";

function runnerOn(backend: MemoryCache, more: { readonly perItemCaching?: boolean } = {}) {
  return new Runner({ cacheConfig: { enabled: true, backend, verbose: false, ...more } });
}

const files = sourcesOf(20);
const edited = files.map((file, index) => (index % 7 === 3 ? { ...file, text: `${file.text} more` } : file));

describe("a node over the items of a list", () => {
  it("makes a list in the same order", async () => {
    const { outputs } = await new Runner().run(pipeline, { inputs: { files, least: 3 }, outputs: ["words", "count"] });
    expect(outputs.words).toEqual(files.map((_, index) => [`word${index}`, "one"]));
    expect(outputs.count).toBe(40);
  });

  it("computes the items that are new or changed, and no others", async () => {
    const runner = runnerOn(new MemoryCache());
    await runner.run(pipeline, { inputs: { files, least: 3 } });
    const plan = await runner.plan(pipeline, { inputs: { files: edited, least: 3 } });
    expect(plannedIn(plan)).toEqual({ words: "miss", count: "depends" });
    const [{ outputs, report }, called] = await callsOf(() =>
      runner.run(pipeline, { inputs: { files: edited, least: 3 }, outputs: ["words", "count"] }),
    );
    expect(called).toEqual(["f3.txt", "f10.txt", "f17.txt", "count"]);
    expect(outputs.words).toEqual(edited.map(({ text }) => text.split(" ").filter((word) => word.length >= 3)));
    expect(report.nodes[0]!.items).toEqual({ total: 20, hits: 17, misses: 3, failed: 0 });
    expect(reasonsOf(report).words).toBe("3 of 20 items changed");
    expect(report.nodes[0]!.because).toContainEqual({ part: "input", name: "files", path: "files[3].text" });
  });

  it("reads nothing of a list that nobody needs, and computes nothing when all is as it was", async () => {
    const runner = runnerOn(new MemoryCache());
    await runner.run(pipeline, { inputs: { files, least: 3 } });
    const [{ report }, called] = await callsOf(() => runner.run(pipeline, { inputs: { files, least: 3 } }));
    expect(called).toEqual([]);
    expect(decisionsOf(report)).toEqual({ words: "skipped", count: "hit" });
    expect(report.nodes[0]!.items).toEqual({ total: 20, hits: 20, misses: 0, failed: 0 });
    const all = await runner.run(pipeline, { inputs: { files, least: 3 }, outputs: ["words"] });
    expect(decisionsOf(all.report)).toEqual({ words: "hit" });
    expect(all.outputs.words).toEqual(files.map((_, index) => [`word${index}`, "one"]));
  });

  it("finds items again wherever they stand in the list", async () => {
    const runner = runnerOn(new MemoryCache());
    await runner.run(pipeline, { inputs: { files, least: 3 } });
    const reversed = [...files].reverse();
    const [{ outputs, report }, called] = await callsOf(() =>
      runner.run(pipeline, { inputs: { files: reversed, least: 3 }, outputs: ["words"] }),
    );
    expect(called).toEqual([]);
    expect(decisionsOf(report)).toEqual({ words: "miss" });
    expect(outputs.words).toEqual(
      [...files].reverse().map(({ text }) => text.split(" ").filter((word) => word.length >= 3)),
    );
  });

  it("computes equal items once", async () => {
    const runner = runnerOn(new MemoryCache());
    const twice = [files[0]!, files[1]!, { ...files[0]! }];
    const [{ outputs, report }, called] = await callsOf(() =>
      runner.run(pipeline, { inputs: { files: twice, least: 1 }, outputs: ["words"] }),
    );
    expect(called).toEqual(["f0.txt", "f1.txt"]);
    expect(outputs.words[2]).toEqual(["word0", "is", "one"]);
    expect(report.nodes[0]!.items).toEqual({ total: 3, hits: 0, misses: 3, failed: 0 });
  });

  it("takes a set, and an empty list", async () => {
    const runner = runnerOn(new MemoryCache());
    const set = await runner.run(pipeline, { inputs: { files: new Set(files), least: 3 }, outputs: ["words"] });
    expect(set.outputs.words).toHaveLength(20);
    for (let run = 0; run < 2; run++) {
      const none = await runner.run(pipeline, { inputs: { files: [], least: 3 }, outputs: ["words"] });
      expect(none.outputs.words).toEqual([]);
    }
  });

  it("goes by the values of what else it reads", async () => {
    const runner = runnerOn(new MemoryCache());
    await runner.run(halves, { inputs: { files, limit: 6 } });
    const same = await runner.run(halves, { inputs: { files, limit: 7 } });
    expect(reasonsOf(same.report).words).toBe("same inputs");
    const [edit, called] = await callsOf(() => runner.run(halves, { inputs: { files: edited, limit: 7 } }));
    expect(called).toHaveLength(3);
    expect(edit.report.nodes[1]!.items).toEqual({ total: 20, hits: 17, misses: 3, failed: 0 });
    const [other] = await callsOf(() => runner.run(halves, { inputs: { files: edited, limit: 8 } }));
    expect(other.report.nodes[1]!.items).toEqual({ total: 20, hits: 0, misses: 20, failed: 0 });
  });

  it("keeps one result of all where perItemCaching is off, and reads what was kept the other way", async () => {
    const backend = new MemoryCache();
    const inOne = runnerOn(backend, { perItemCaching: false });
    await inOne.run(pipeline, { inputs: { files, least: 3 } });
    const [{ report }, called] = await callsOf(() => inOne.run(pipeline, { inputs: { files: edited, least: 3 } }));
    expect(called).toHaveLength(21);
    expect(report.nodes[0]!.items).toEqual({ total: 20, hits: 0, misses: 20, failed: 0 });
    const [items, none] = await callsOf(() =>
      runnerOn(backend).run(pipeline, { inputs: { files, least: 3 }, outputs: ["words"] }),
    );
    expect(none).toEqual([]);
    expect(items.outputs.words).toHaveLength(20);
    await runnerOn(backend).run(pipeline, { inputs: { files: files.slice(1), least: 3 } });
    const [back, noneEither] = await callsOf(() =>
      inOne.run(pipeline, { inputs: { files: files.slice(1), least: 3 }, outputs: ["words"] }),
    );
    expect(noneEither).toEqual([]);
    expect(back.outputs.words).toHaveLength(19);
  });

  it("is another node than one that takes the list whole", async () => {
    const runner = runnerOn(new MemoryCache());
    const list = [[1], [2, 3]];
    for (let run = 0; run < 2; run++) {
      expect((await runner.run(each, { inputs: { list } })).outputs.n).toEqual([1, 2]);
      const { outputs, report } = await runner.run(whole, { inputs: { list } });
      expect(outputs.n).toBe(2);
      expect(decisionsOf(report).n).toBe(run === 0 ? "miss" : "hit");
    }
  });

  it("computes all items anew with behavior 'recompute', and stores them", async () => {
    const backend = new MemoryCache();
    for (let run = 0; run < 2; run++) {
      const [{ outputs }, called] = await callsOf(() =>
        runnerOn(backend).run(recomputed, { inputs: { list: [1, 2] } }),
      );
      expect(called).toEqual(["1", "2"]);
      expect(outputs.doubled).toEqual([2, 4]);
    }
    let stored = 0;
    for await (const _ of new Cache({ backend }).keys({ prefix: "item:" })) stored++;
    expect(stored).toBe(2);
  });
});
