import { describe, expect, test } from "vitest";
import { Cache, type CacheView, MemoryCache, type Transactions, type ValueCodec } from "../../src/index.js";
import { listeningCache } from "./listening-cache.js";

const late: ValueCodec<RegExp> = {
  name: "test.late.1",
  accepts: (value) => value instanceof RegExp,
  encode: async (value) => ({ bytes: Buffer.from(value.source) }),
  decode: async (source) => new RegExp(Buffer.from(await source.slice(0)).toString()),
};

describe("a transaction", () => {
  test("reads and changes several values as one step", async () => {
    const { cache, clock } = listeningCache();
    await cache.set("{account}/a", 10, { tags: ["t"] });
    await cache.set("{account}/old", 1, { ttlSeconds: 1 });
    clock.advance(1000);
    const result = await cache.transaction(
      (view) => {
        expect(view.has("{account}/a")).toBe(true);
        expect(view.record("{account}/a")).toMatchObject({ tags: ["t"] });
        expect(view.get("{account}/old")).toBeUndefined();
        expect(view.has("{account}/old")).toBe(false);
        expect(view.record("{account}/old")).toBeUndefined();
        expect(view.touch("{account}/old")).toBe(false);
        view.set("{account}/b", { list: [new Uint8Array(3), -0] }, { ttlSeconds: 5 });
        expect(view.get("{account}/b")).toStrictEqual({ list: [new Uint8Array(3), -0] });
        expect(view.increment("{account}/a", -4)).toBe(6);
        expect(view.increment("{account}/n", 2n, { initial: 1n })).toBe(3n);
        expect(view.touch("{account}/a", { ttlSeconds: 9 })).toBe(true);
        expect(view.delete("{account}/old")).toBe(true);
        expect(view.delete("{account}/none")).toBe(false);
        return [...view.keys({ prefix: "{account}/" })];
      },
      { key: "{account}" },
    );
    expect(result).toEqual(["{account}/a", "{account}/b", "{account}/n"]);
    expect(await cache.get("{account}/a")).toBe(6);
    expect((await cache.entry("{account}/a"))!.record).toMatchObject({ tags: ["t"], expiresAt: clock.now() + 9000 });
    expect((await cache.entry("{account}/b"))!.record.expiresAt).toBe(clock.now() + 5000);
  });

  test("that throws changes nothing, tells nothing, and throws the same", async () => {
    const { cache, told } = listeningCache();
    await cache.set("a", 1);
    told();
    const error = new Error("no");
    const failing = cache.transaction((view) => {
      view.set("a", 2);
      view.delete("a");
      view.get("a");
      throw error;
    });
    await expect(failing).rejects.toBe(error);
    expect(told()).toEqual([]);
    expect(await cache.get("a")).toBe(1);
  });

  test("tells of the run that was committed, after the commit, and once", async () => {
    const memory = new MemoryCache();
    const told: string[] = [];
    const stored: boolean[] = [];
    const backend = Object.assign(Object.create(memory), {
      supports: memory.supports,
      setBlob: memory.setBlob.bind(memory),
      getBlob: memory.getBlob.bind(memory),
      clear: memory.clear.bind(memory),
      getMeta: memory.getMeta.bind(memory),
      setMeta: memory.setMeta.bind(memory),
      addToCounters: () => {},
      // As a backend does that undoes a batch in which another change failed.
      async transaction(body: Parameters<Transactions["transaction"]>[0]) {
        await memory
          .transaction((view) => {
            body(view);
            throw new Error("another change of the batch");
          })
          .catch(() => undefined);
        expect(told).toEqual([]);
        const result = await memory.transaction(body);
        expect(told).toEqual([]);
        return result;
      },
    }) as MemoryCache;
    const cache = new Cache({
      backend,
      onEvent: (event) => {
        told.push(`${event.type} ${"key" in event ? event.key : ""}`);
        stored.push(true);
      },
    });
    let runs = 0;
    await cache.transaction((view) => {
      view.set(`run${++runs}`, 1);
      view.get("none");
    });
    expect(told).toEqual(["set run2", "miss none"]);
    expect(runs).toBe(2);
  });

  test("must be synchronous", async () => {
    const { cache } = listeningCache();
    const asynchronous = cache.transaction(async (view) => {
      view.set("a", 1);
      await null;
      view.set("b", 1);
    });
    await expect(asynchronous).rejects.toMatchObject({ code: "asynchronous-transaction" });
    expect(await cache.has("a")).toBe(false);
  });

  test("has a view that ends with it", async () => {
    const { cache } = listeningCache();
    let kept: CacheView | undefined;
    await cache.transaction((view) => {
      kept = view;
    });
    expect(() => kept!.get("a")).toThrow(expect.objectContaining({ code: "transaction-ended" }));
    expect(() => kept!.set("a", 1)).toThrow(expect.objectContaining({ code: "transaction-ended" }));
  });

  test("refuses values of asynchronous codecs, and names the codec", async () => {
    const { cache } = listeningCache({ codecs: [late as ValueCodec] });
    await cache.set("late", /x/);
    const refused = expect.objectContaining({
      code: "asynchronous-codec",
      message: expect.stringContaining("test.late.1"),
    });
    await expect(cache.transaction((view) => view.get("late"))).rejects.toEqual(refused);
    await expect(cache.transaction((view) => view.set("late", /y/))).rejects.toEqual(refused);
    expect(await cache.get("late")).toEqual(/x/);
  });

  test("refuses a value that no codec takes, and can go on without it", async () => {
    const { cache } = listeningCache();
    await cache.set("a", 1);
    await expect(cache.transaction((view) => view.set("a", () => 1))).rejects.toMatchObject({
      code: "uncacheable-value",
      message: expect.stringContaining("function"),
    });
    await cache.transaction((view) => {
      expect(() => view.set("a", () => 1)).toThrow();
      view.set("b", 2);
    });
    expect([await cache.get("a"), await cache.get("b")]).toEqual([1, 2]);
  });

  test("takes what can't be read for a miss", async () => {
    const unreadable: ValueCodec = {
      name: "test.unreadable.1",
      accepts: (value) => value instanceof RegExp,
      encode: () => ({ bytes: new Uint8Array(1) }),
      decode: () => {
        throw new Error("can't");
      },
    };
    const { cache, backend, told } = listeningCache({ codecs: [unreadable] });
    await cache.set("k", /x/);
    told();
    expect(await cache.transaction((view) => view.get("k"))).toBeUndefined();
    expect(told()).toEqual(["warning decode-failed", "miss k"]);
    expect(await new Cache({ backend }).transaction((view) => [view.get("k"), view.has("k")])).toEqual([
      undefined,
      false,
    ]);
  });

  test("sees the writes that were asked for before it", async () => {
    const { cache } = listeningCache({ codecs: [late as ValueCodec] });
    const writing = cache.set("late", /x/);
    const more = cache.set("a", 1);
    expect(await cache.transaction((view) => [view.has("late"), view.get("a")])).toEqual([true, 1]);
    await Promise.all([writing, more]);
  });

  test("is waited for by close", async () => {
    const { cache, backend } = listeningCache();
    const running = cache.transaction((view) => view.set("a", 1));
    await cache.close();
    expect(await backend.getBlob("a")).toBeDefined();
    await running;
  });

  test("keeps computations under way from overwriting what it wrote", async () => {
    const { cache } = listeningCache();
    let finish = (_: string) => {};
    const asking = cache.getOrSet("k", () => new Promise<string>((resolve) => (finish = resolve)));
    await new Promise(setImmediate);
    await cache.transaction((view) => view.set("k", "written"));
    finish("computed");
    expect(await asking).toBe("computed");
    expect(await cache.get("k")).toBe("written");
  });

  test("keeps those out too that began before it was committed", async () => {
    const { cache, backend } = listeningCache();
    const memory = backend as MemoryCache;
    const transaction = memory.transaction.bind(memory);
    const getBlob = memory.getBlob.bind(memory);
    let commit = () => {};
    const committed = new Promise<void>((resolve) => (commit = resolve));
    memory.getBlob = async () => undefined; // nothing of it is seen yet
    memory.transaction = async (body) => {
      const result = await transaction(body);
      await committed;
      return result;
    };
    const running = cache.transaction((view) => view.set("k", "written"));
    await new Promise(setImmediate);
    let finish = (_: string) => {};
    const asking = cache.getOrSet("k", () => new Promise<string>((resolve) => (finish = resolve)));
    await new Promise(setImmediate);
    memory.getBlob = getBlob;
    commit();
    await running;
    finish("computed");
    expect(await asking).toBe("computed");
    expect(await cache.get("k")).toBe("written");
  });

  test("that returns a promise is undone by a backend that does not look", async () => {
    const { cache, backend } = listeningCache();
    const memory = backend as MemoryCache;
    const transaction = memory.transaction.bind(memory);
    memory.transaction = async (body) => {
      let result: unknown;
      await transaction((view) => {
        result = body(view);
      });
      return result as never;
    };
    await expect(cache.transaction(async (view) => view.set("a", 1))).rejects.toMatchObject({
      code: "asynchronous-transaction",
    });
    expect(await cache.has("a")).toBe(false);
  });

  test("says so when the backend fails", async () => {
    const { cache, backend } = listeningCache();
    (backend as MemoryCache).transaction = async () => {
      throw new Error("no disk");
    };
    await expect(cache.transaction(() => 1)).rejects.toMatchObject({ code: "backend-failed" });
    await expect(cache.increment("n")).rejects.toMatchObject({ code: "backend-failed", facts: { key: "n" } });
  });
});
