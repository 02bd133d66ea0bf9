import { createReadStream } from "node:fs";
import { Field, Int64, List, Schema, Utf8 } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { type NamedArtefact, runtimeCache, runtimeKey } from "../src/index.js";
import { onBothCaches } from "./both-caches.js";

const orders = { dataset: "orders", schemaFingerprint: "f1", planHash: "plan" };

describe("the key of an artefact", () => {
  it("is made of dataset and fingerprint", () => {
    expect(runtimeKey({ dataset: "sales/orders", schemaFingerprint: "f" })).toBe("runtime_schema:sales%2Forders:f");
  });
});

onBothCaches("a runtime cache", (open) => {
  it("keeps Arrow schemas and facts about tables", async () => {
    const runtime = runtimeCache({ cache: await open() });
    const schema = new Schema(
      [new Field("id", new Int64(), false), new Field("tags", new List(new Field("item", new Utf8(), true)), true)],
      new Map([["made by", "a test"]]),
    );
    const table = {
      rows: 10n,
      location: "tables/orders.parquet",
      columns: [{ name: "id", type: "Int64" }],
      partitioning: ["day"],
      at: new Date(5),
    };
    await runtime.set(orders, { schema, table });
    const found = await runtime.get(orders);
    expect(found?.table).toEqual(table);
    expect(String(found?.schema)).toBe(String(schema));
    expect((found!.schema as Schema).metadata).toEqual(schema.metadata);
    expect(await runtime.get({ ...orders, schemaFingerprint: "f2" })).toBeUndefined();
    await runtime.set(orders, { schema: { fields: ["id"] } });
    expect(await runtime.get(orders)).toEqual({ schema: { fields: ["id"] } });
  });

  it("seeds a run with all artefacts of its plan", async () => {
    const runtime = runtimeCache({ cache: await open() });
    const other = { ...orders, dataset: "customers" };
    await runtime.set(orders, { table: { rows: 1 } });
    await runtime.set(other, { table: { rows: 2 } });
    await runtime.set({ ...orders, planHash: "plan 2" }, { table: { rows: 3 } });
    await (await runtime.cache()).set("plan of another cache", 1, { tags: ["plan:plan"] });
    const run = new Map<string, NamedArtefact>();
    expect(await runtime.seed("plan", run)).toBe(2);
    expect([...run]).toEqual([
      [runtimeKey(other), { dataset: "customers", schemaFingerprint: "f1", table: { rows: 2 } }],
      [runtimeKey(orders), { dataset: "orders", schemaFingerprint: "f1", table: { rows: 3 } }],
    ]);
    expect((await runtime.loadForPlan("plan 2")).map(({ dataset }) => dataset)).toEqual(["orders"]);
    expect(await runtime.loadForPlan("unknown")).toEqual([]);
    expect(await runtime.planChanged("plan 2")).toBe(1);
    expect((await runtime.loadForPlan("plan")).map(({ dataset }) => dataset)).toEqual(["customers"]);
  });

  it("keeps the tags of all plans that store an artefact at the same time", async () => {
    const runtime = runtimeCache({ cache: await open() });
    const plans = Array.from({ length: 20 }, (_, at) => `plan ${at}`);
    await Promise.all(plans.map((planHash) => runtime.set({ ...orders, planHash }, { table: { rows: 1 } })));
    for (const plan of plans) expect((await runtime.loadForPlan(plan)).length).toBe(1);
  });

  it("refuses live handles, and says where they are", async () => {
    const runtime = runtimeCache({ cache: await open() });
    const stream = createReadStream("/dev/null");
    class Client {}
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    const handles: [string, unknown][] = [
      ["$.table.open", () => 1],
      ["$.table.open.deep[1]", { deep: [1, new Client()] }],
      ["$.table.open", stream],
      ["$.table.open", Promise.resolve(1)],
      ["$.table.open", Symbol("s")],
      ["$.table.open", new Map()],
      ["$.table.open.self", cycle],
      [
        '$.table.open["a b"]',
        {
          get "a b"() {
            return 1;
          },
        },
      ],
      ["$.table.open", { [Symbol("s")]: 1 }],
      ["$.table.open.a", Object.assign(Object.create(null), { a: new WeakRef({}) })],
    ];
    for (const [path, open] of handles) {
      await expect(runtime.set(orders, { table: { open } }), path).rejects.toMatchObject({
        code: "live-handle",
        facts: { path },
        message: expect.stringContaining(path),
      });
    }
    stream.destroy();
    expect(await runtime.get(orders)).toBeUndefined();
    await runtime.set(orders, { table: { bytes: new Uint8Array([1]), nothing: null, list: [undefined, -0] } });
    expect((await runtime.get(orders))?.table).toEqual({
      bytes: new Uint8Array([1]),
      nothing: null,
      list: [undefined, -0],
    });
  });
});
