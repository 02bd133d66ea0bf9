import { datasetStore } from "@larder/store-parquet";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  BatchFetchError,
  compact,
  type DataRequest,
  type Fetcher,
  getData,
  type Id,
  invalidate,
  streamData,
} from "../src/index.js";
import { ModelDatabase, type ModelRow } from "./support/model-database.js";
import { temporaryDirectory } from "./support/temporary-directory.js";
import { testPace } from "./support/test-pace.js";

const tables = ["a_b.c", "a.b_c", "../../x"] as const;
const numbers: readonly Id[] = [
  ...Array.from({ length: 24 }, (_, i) => i - 4),
  2n ** 53n,
  -(2n ** 63n),
  2n ** 63n - 1n,
];
const texts: readonly Id[] = [...numbers.map((id) => `k${id}`), "", "ä", "😀"];

const row: fc.Arbitrary<ModelRow> = fc.record({
  a: fc.oneof(fc.constantFrom(null, 0, 1, -5), fc.double(), fc.integer()),
  b: fc.oneof(fc.constant(null), fc.string({ unit: "grapheme" })),
  v: fc.oneof(fc.constant(null), fc.record({ x: fc.oneof(fc.constant(null), fc.boolean()) }, { requiredKeys: [] })),
});

const columns = fc.uniqueArray(fc.constantFrom("a", "b", "v.x"), { minLength: 1 });
const ids = fc.array(fc.nat(numbers.length - 1), { minLength: 1, maxLength: 40 });
const table = fc.nat(tables.length - 1);

const request = fc.record({
  table,
  ids,
  columns,
  ttlMs: fc.option(fc.constantFrom(50, 200), { nil: undefined }),
  absentTtlMs: fc.option(fc.constant(80), { nil: undefined }),
  version: fc.option(fc.constant("2"), { nil: undefined, freq: 4 }),
  refetch: fc.constantFrom("rows", "missing-cells" as const),
  refresh: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  batchSize: fc.integer({ min: 1, max: 20 }),
  // Batches whose number is divided by it fail; 0: none.
  failing: fc.constantFrom(0, 0, 0, 1, 2, 3),
  memoryLimitBytes: fc.option(fc.constantFrom(1, 5_000), { nil: undefined }),
  streamed: fc.boolean(),
});

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("get" as const), request }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("put" as const),
      table,
      id: fc.nat(numbers.length - 1),
      row: fc.option(row),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(1, 49, 50, 100) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("invalidate" as const), table, ids: fc.option(ids) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("compact" as const), table }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reopen" as const) }) },
);

const initial = fc.array(fc.tuple(table, fc.nat(numbers.length - 1), row), { minLength: 20, maxLength: 60 });

for (const idKind of ["int64", "text"] as const) {
  const names = idKind === "text" ? texts : numbers;
  // With keys of few bits many texts share one.
  const textKey = idKind === "text" ? (text: string) => BigInt(text.length % 5) : undefined;

  test(`every answer is what was fetched, and no fresh cell is asked for, with ${idKind} ids`, async () => {
    await fc.assert(
      fc.asyncProperty(initial, fc.array(step, { minLength: 5, maxLength: 20 }), async (rows, steps) => {
        const databases = tables.map(() => new ModelDatabase());
        for (const [place, id, value] of rows) databases[place]!.rows.set(names[id]!, value);
        const clock = { now: () => databases[0]!.now, monotonic: () => databases[0]!.now };
        const directory = temporaryDirectory();
        const open = () => datasetStore({ directory, clock, random: () => 0.5, ...(textKey && { textKey }) });
        let cache = open();
        for (const one of steps) {
          switch (one.kind) {
            case "put":
              if (one.row === null) databases[one.table]!.rows.delete(names[one.id]!);
              else databases[one.table]!.rows.set(names[one.id]!, one.row);
              break;
            case "wait":
              for (const database of databases) database.now += one.ms;
              break;
            case "invalidate": {
              const wanted = one.ids?.map((id) => names[id]!);
              await invalidate(tables[one.table]!, wanted as number[] | undefined, { cache, idKind });
              databases[one.table]!.forget(wanted);
              break;
            }
            case "compact":
              await compact(tables[one.table]!, { cache, idKind });
              break;
            case "reopen":
              await cache.close();
              cache = open();
              break;
            case "get": {
              const { table: place, ids: wanted, failing, streamed, ...options } = one.request;
              const data = {
                ...options,
                table: tables[place]!,
                ids: wanted.map((id) => names[id]!) as number[],
                cache,
                clock,
                idKind,
              };
              await checkRequest(databases[place]!, data, { failing, streamed, isExact: idKind === "int64" });
            }
          }
        }
        await cache.close();
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });
}

interface Manner {
  readonly failing: number;
  readonly streamed: boolean;
  /** `false`: where texts share keys, cells may be asked for again. */
  readonly isExact: boolean;
}

async function checkRequest(
  database: ModelDatabase,
  data: Omit<DataRequest, "fetcher">,
  manner: Manner,
): Promise<void> {
  const wanted = data.ids as readonly Id[];
  const missing = data.refresh ? [...new Set(wanted)] : database.missing(wanted, data.columns, data);
  const lacking = new Map(
    missing.map((id) => [id, data.refresh ? data.columns : database.lacking(id, data.columns, data)]),
  );
  const answerOf = database.fetcher();
  const asked: Id[] = [];
  const failed: Id[] = [];
  let queries = 0;
  const fetcher: Fetcher = async (ids, table, context) => {
    queries++;
    const told = data.columns.filter((column) => context.columns.includes(column.split(".")[0]!));
    asked.push(...ids);
    if (manner.failing > 0 && queries % manner.failing === 0) {
      failed.push(...ids);
      throw new Error("failed");
    }
    const answer = await answerOf(ids, table, context);
    database.tell(ids, told, data.version);
    if (manner.isExact && data.refetch === "missing-cells" && !data.refresh) {
      for (const id of ids) expect(told).toEqual(lacking.get(id));
    }
    return answer;
  };
  const request = { ...data, fetcher, onMissing: "omit", concurrency: 2, pace: testPace() } as const;
  try {
    const answer = manner.streamed ? await streamed(request) : await getData(request);
    expect(failed).toEqual([]);
    const expected = database.answer(wanted, data.columns);
    const rows = manner.streamed
      ? (answer as { rows: object[] }).rows
      : (answer as Awaited<ReturnType<typeof getData>>).toRows();
    expect(rows).toEqual(expected.rows);
    expect(answer.missingIds).toEqual(expected.missingIds);
  } catch (error) {
    if (!(error instanceof BatchFetchError)) throw error;
    expect(error.failures.flatMap(({ ids }) => ids).sort(byName)).toEqual(failed.sort(byName));
    expect(failed.length).toBeGreaterThan(0);
  }
  if (manner.isExact) expect([...asked].sort(byName)).toEqual([...missing].sort(byName));
  else if (failed.length === 0) expect(missing.filter((id) => !asked.includes(id))).toEqual([]);
}

async function streamed(request: DataRequest) {
  const stream = streamData({ ...request, rows: 7 });
  const rows: object[] = [];
  for await (const batch of stream) {
    expect(batch.numRows).toBeLessThanOrEqual(7);
    for (const one of batch.toArray() as Record<string, unknown>[]) {
      const { id, ...rest } = { ...one };
      rows.push({
        id: typeof id === "bigint" && BigInt(Number(id)) === id && Number.isSafeInteger(Number(id)) ? Number(id) : id,
        ...rest,
      });
    }
  }
  return { rows, missingIds: stream.missingIds! };
}

function byName(left: Id, right: Id): number {
  return String(left) < String(right) ? -1 : 1;
}
