import { Cache, MemoryCache, valueDigest } from "@larder/core";
import { Runner } from "@larder/pipeline";
import { describe, expect, it } from "vitest";
import { decisionsOf, reasonsOf } from "../decisions-of.js";
import { clockAt } from "./clock-at.js";
import { callsOf } from "./counted-calls.js";
import { chained, fresh, isOdd, lasting, marks, passing, refused, sourcesOf, texts } from "./word-nodes.js";

const files = sourcesOf(12);
/** Too long to stand in the list. */
const long = files.map((file, index) => ({ ...file, text: `${file.text} ${`long${index}`.repeat(400)}` }));

function runnerOn(backend: MemoryCache) {
  return new Runner({ cacheConfig: { enabled: true, backend, verbose: false }, clock: clockAt.clock });
}

async function itemKeysIn(backend: MemoryCache): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of new Cache({ backend }).keys({ prefix: "item:" })) keys.push(key);
  return keys;
}

describe("results of items that have vanished", () => {
  it("are computed anew, alone, when the list is read", async () => {
    const backend = new MemoryCache();
    const inputs = { files: long, least: 3 };
    const first = await runnerOn(backend).run(texts, { inputs, outputs: ["words"] });
    const keys = await itemKeysIn(backend);
    expect(keys).toHaveLength(12);
    for (const key of keys.slice(0, 3)) await backend.deleteBlob(key);
    const [second, called] = await callsOf(() => runnerOn(backend).run(texts, { inputs, outputs: ["words"] }));
    expect(called).toHaveLength(3);
    expect(second.outputs).toEqual(first.outputs);
    expect(reasonsOf(second.report).words).toBe("3 of 12 items gone");
    expect(second.report.nodes[0]!.items).toEqual({ total: 12, hits: 9, misses: 3, failed: 0 });
    const [third, none] = await callsOf(() => runnerOn(backend).run(texts, { inputs, outputs: ["words"] }));
    expect(none).toEqual([]);
    expect(decisionsOf(third.report)).toEqual({ words: "hit" });
  });

  it("are computed anew after an edit, too, where the earlier list told of them", async () => {
    const backend = new MemoryCache();
    await runnerOn(backend).run(texts, { inputs: { files: long, least: 3 } });
    for (const key of (await itemKeysIn(backend)).slice(0, 3)) await backend.deleteBlob(key);
    const edited = [{ path: "new", text: "one more" }, ...long];
    const [{ outputs, report }, called] = await callsOf(() =>
      runnerOn(backend).run(texts, { inputs: { files: edited, least: 3 }, outputs: ["words"] }),
    );
    expect(called).toHaveLength(4);
    expect(called[0]).toBe("new");
    expect(outputs.words).toEqual(edited.map(({ text }) => text.split(" ").filter((word) => word.length >= 3)));
    expect(report.nodes[0]!.items).toMatchObject({ total: 13, failed: 0 });
  });

  it("are computed anew where their bytes are damaged", async () => {
    const backend = new MemoryCache();
    const inputs = { files: long, least: 3 };
    const first = await runnerOn(backend).run(texts, { inputs, outputs: ["words"] });
    const key = (await itemKeysIn(backend))[5]!;
    const { record, source } = (await backend.getBlob(key))!;
    const bytes = new Uint8Array(await source.slice(0));
    bytes[10]! ^= 1;
    await backend.setBlob(key, { record, bytes });
    const [second, called] = await callsOf(() => runnerOn(backend).run(texts, { inputs, outputs: ["words"] }));
    expect(called).toHaveLength(1);
    expect(second.outputs).toEqual(first.outputs);
  });

  it("are looked up anew where another value lies in their place, so that list and values agree", async () => {
    const backend = new MemoryCache();
    const inputs = { files: long, least: 3 };
    const first = await runnerOn(backend).run(texts, { inputs, outputs: ["words"] });
    const key = (await itemKeysIn(backend))[5]!;
    await new Cache({ backend }).set(key, ["other"], { valueDigest: valueDigest(["other"]) });
    const [second] = await callsOf(() => runnerOn(backend).run(texts, { inputs, outputs: ["words"] }));
    expect(decisionsOf(second.report)).toEqual({ words: "miss" });
    // What lies under an item's key is its result: it counts from here on, in the list too.
    expect(second.outputs.words.filter((list) => list[0] === "other")).toHaveLength(1);
    expect(second.outputs.words).not.toEqual(first.outputs.words);
    const third = await runnerOn(backend).run(texts, { inputs, outputs: ["words"] });
    expect(decisionsOf(third.report)).toEqual({ words: "hit" });
    expect(third.outputs).toEqual(second.outputs);
  });

  it("don't matter for small values, which stand in the list", async () => {
    const backend = new MemoryCache();
    const inputs = { files, least: 3 };
    const first = await runnerOn(backend).run(texts, { inputs, outputs: ["words"] });
    for (const key of await itemKeysIn(backend)) await backend.deleteBlob(key);
    const [second, called] = await callsOf(() => runnerOn(backend).run(texts, { inputs, outputs: ["words"] }));
    expect(called).toEqual([]);
    expect(second.outputs).toEqual(first.outputs);
  });

  it("and a list that has vanished is made again of the results that are there", async () => {
    const backend = new MemoryCache();
    const inputs = { files: long, least: 3 };
    const first = await runnerOn(backend).run(texts, { inputs, outputs: ["words"] });
    const cache = new Cache({ backend });
    const nodes: string[] = [];
    for await (const key of cache.keys({ prefix: "node:" })) nodes.push(key);
    for (const key of nodes) await cache.delete(key);
    const [second, called] = await callsOf(() => runnerOn(backend).run(texts, { inputs, outputs: ["words"] }));
    expect(called).toEqual([]);
    expect(second.outputs).toEqual(first.outputs);
    expect(second.report.nodes[0]!.items).toEqual({ total: 12, hits: 12, misses: 0, failed: 0 });
  });
});

describe("a map over the items of a map", () => {
  it("reads of the list only what is to be computed", async () => {
    const backend = new MemoryCache();
    await runnerOn(backend).run(chained, { inputs: { files: long, least: 3 } });
    const reads: string[] = [];
    const getBlob = backend.getBlob.bind(backend);
    backend.getBlob = async (key) => {
      if (key.startsWith("item:")) reads.push(key);
      return getBlob(key);
    };
    const edited = long.map((file, index) => (index === 4 ? { ...file, text: `${file.text} more` } : file));
    const [{ report }, called] = await callsOf(() =>
      runnerOn(backend).run(chained, { inputs: { files: edited, least: 3 }, outputs: ["sum"] }),
    );
    expect(called).toEqual(["f4.txt", "length", "sum"]);
    expect(reasonsOf(report)).toMatchObject({ words: "1 of 12 items changed", lengths: "1 of 12 items changed" });
    // Two look-ups of what is new, and what 'sum' reads: of the words that are as they were, nothing.
    expect(reads).toHaveLength(2 + 11);
  });

  it("leaves children hits when it comes out as it was", async () => {
    const backend = new MemoryCache();
    await runnerOn(backend).run(chained, { inputs: { files, least: 3 } });
    const edited = files.map((file) => ({ ...file, text: `${file.text} a` }));
    const plan = await runnerOn(backend).plan(chained, { inputs: { files: edited, least: 3 } });
    expect(Object.fromEntries(plan.nodes.map(({ node, decision }) => [node, decision]))).toEqual({
      words: "miss",
      lengths: "depends",
      sum: "depends",
    });
    const [{ report }, called] = await callsOf(() =>
      runnerOn(backend).run(chained, { inputs: { files: edited, least: 3 }, outputs: ["sum"] }),
    );
    expect(called).toHaveLength(12);
    expect(reasonsOf(report)).toEqual({ words: "input changed", lengths: "not needed", sum: "same inputs" });
  });
});

describe("what can't be digested", () => {
  it("is computed each time, alone, and told of once", async () => {
    const backend = new MemoryCache();
    const items = [1, () => 2, 3, () => 4].map((n) => ({ n }));
    for (const expected of [4, 2]) {
      const [{ outputs, report }, called] = await callsOf(() =>
        runnerOn(backend).run(refused, { inputs: { items, asFunction: false } }),
      );
      expect(called).toHaveLength(expected);
      expect(outputs.kinds).toEqual(["number", "function", "number", "function"]);
      expect(decisionsOf(report)).toEqual({ kinds: "no-cache" });
      expect(report.warnings.map(({ code }) => code)).toEqual(["undigestable-item"]);
      expect(report.warnings[0]!.message).toMatch(/^2 items of node 'kinds' can't be digested.*'items\[1\]\.n'/);
    }
  });

  it("is not stored where it is a result, and neither is the list", async () => {
    const backend = new MemoryCache();
    const items = [1, 2, 3, 4].map((n) => ({ n }));
    for (const expected of [4, 2]) {
      const [{ report }, called] = await callsOf(() =>
        runnerOn(backend).run(isOdd, { inputs: { items }, outputs: ["odd"] }),
      );
      expect(called).toHaveLength(expected);
      expect(decisionsOf(report)).toEqual({ odd: "miss" });
      expect(report.warnings.map(({ message }) => message)).toEqual([
        "The results of 2 items of node 'odd' are not stored: its value can't be digested.",
      ]);
    }
  });

  it("is told apart from an item that can't be digested", async () => {
    const items = [{ n: 2, note: () => 1 }, { n: 3 }];
    const { report } = await runnerOn(new MemoryCache()).run(isOdd, { inputs: { items }, outputs: ["odd"] });
    const messages = report.warnings.map(({ message }) => message);
    expect(messages).toContain("The results of 1 item of node 'odd' are not stored: its value can't be digested.");
    expect(messages.filter((message) => /^1 item of node 'odd' can't be digested/.test(message))).toHaveLength(1);
  });
});

describe("what no codec takes", () => {
  it("is not stored, nor is the list, which would promise it", async () => {
    const backend = new MemoryCache();
    const request = { inputs: { items: [1, 2, 3, 4] } };
    for (const expected of [4, 2]) {
      expect((await runnerOn(backend).plan(marks, request)).nodes[0]!.decision).toBe("miss");
      const [{ report }, called] = await callsOf(() => runnerOn(backend).run(marks, request));
      expect(called).toHaveLength(expected);
      expect(report.warnings).toHaveLength(1);
      expect(report.warnings[0]!.message).toMatch(/^The results of 2 items of node 'marks' are not stored: /);
    }
  });
});

describe("results with a time to live", () => {
  it("expire each by its own age", async () => {
    const backend = new MemoryCache({ clock: clockAt.clock });
    const run = (items: number[]) => callsOf(() => runnerOn(backend).run(fresh, { inputs: { items } }));
    clockAt.now = 1_000_000;
    expect((await run([1, 2]))[1]).toEqual(["1", "2"]);
    clockAt.now += 40_000;
    expect((await run([1, 2, 3]))[1]).toEqual(["3"]);
    clockAt.now += 15_000;
    expect((await run([1, 2, 3]))[1]).toEqual([]);
    clockAt.now += 10_000;
    // 1 and 2 are 65 seconds old, 3 is 25.
    const [{ report, outputs }, called] = await run([1, 2, 3]);
    expect(called).toEqual(["1", "2"]);
    expect(outputs.fresh).toEqual([10, 20, 30]);
    expect(report.nodes[0]!.items).toEqual({ total: 3, hits: 1, misses: 2, failed: 0 });
  });

  it("that was shortened counts by the age of each, however new the list is", async () => {
    const backend = new MemoryCache({ clock: clockAt.clock });
    const run = (pipeline: typeof lasting, items: number[]) =>
      callsOf(() => runnerOn(backend).run(pipeline, { inputs: { items } }));
    await run(lasting, [1, 2]);
    clockAt.now += 40_000;
    expect((await run(lasting, [1, 2, 3]))[1]).toEqual(["3"]);
    clockAt.now += 15_000;
    const plan = await runnerOn(backend).plan(passing, { inputs: { items: [1, 2, 3] } });
    expect(plan.nodes[0]!.decision).toBe("miss");
    expect((await run(passing, [1, 2, 3]))[1]).toEqual(["1", "2"]);
    expect((await run(passing, [1, 2, 3, 4]))[1]).toEqual(["4"]);
    clockAt.now += 20_000;
    expect((await run(passing, [1, 2, 3, 4]))[1]).toEqual(["3"]);
  });
});
