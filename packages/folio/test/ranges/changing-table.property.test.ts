import { LarderError } from "@larder/core";
import type { Table } from "apache-arrow";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { FolioTable } from "../../src/folio.js";
import { openRangedTable } from "../../src/ranges/open-ranged-table.js";
import {
  type AnswerFault,
  type RangedGround,
  type RangedRemote,
  rangedGround,
  rangedRemote,
  tablePath,
} from "./ranged-ground.js";
import { difference, sampleBytes, sampleTable } from "./sample-tables.js";

const rows = 12_000;
const columns = ["price", "volume", "note"];
/** What a reading may fail by. */
const known = ["no-ranges", "version-changed", "remote-unreachable", "remote-failed"];
const runs = Number(process.env.LARDER_RUNS ?? 60);
const seed = Number(process.env.LARDER_SEED ?? 20_261_127);

/** Two versions: each value of one differs from that of the other, in the same layout. */
let versions: readonly { readonly bytes: Uint8Array; readonly table: Table }[];

beforeAll(async () => {
  const { store } = await rangedGround(rangedRemote(new Uint8Array(0)));
  versions = await Promise.all(
    [3, 4].map(async (nth) => ({ bytes: await sampleBytes(store, rows, nth), table: sampleTable(rows, nth) })),
  );
});

function open(remote: RangedRemote, { parts }: RangedGround): Promise<FolioTable> {
  return openRangedTable(parts, "table", remote.item, { storage: remote, path: tablePath });
}

/** Which version a result is of, as a whole; -1: of none. */
function versionOf(table: unknown): number {
  return versions.findIndex(({ table: expected }) => difference(table, expected, columns) === undefined);
}

/** What may happen to one answer: a fault, and a change before or behind it. */
const happening = fc.record(
  {
    cutAfterBytes: fc.nat({ max: 200_000 }),
    endAfterBytes: fc.nat({ max: 200_000 }),
    extraBytes: fc.nat({ max: 10 }),
    changes: fc.constantFrom("object", "manifest", "both" as const),
  },
  { requiredKeys: [] },
);

describe("a remote table that changes while it is read", () => {
  it.each([
    ["", undefined],
    [", with a list of its chunks", 16_384],
  ])(
    "is read as one version or the other, or not at all: whenever it changes, and however answers break off%s",
    async (_, chunkBytes) => {
      const outcomes: Record<string, number> = {};
      await fc.assert(
        fc.asyncProperty(
          fc.dictionary(fc.nat({ max: 12 }).map(String), happening, { maxKeys: 6 }),
          async (happenings) => {
            const remote = rangedRemote(versions[0]!.bytes, { chunkBytes });
            let now = 0;
            remote.fault = (nth): AnswerFault => {
              const { changes, ...fault } = happenings[nth] ?? {};
              if (changes !== undefined) {
                if (changes !== "manifest") now = 1 - now;
                const next = versions[now]!.bytes;
                remote.put(next, { object: changes !== "manifest", manifest: changes !== "object" });
              }
              return fault;
            };
            const ground = await rangedGround(remote);
            try {
              // Three readings over one cache: what the first left must not get into the second.
              for (let reading = 0; reading < 3; reading++) {
                try {
                  const table = await open(remote, ground);
                  const read = await table.scan().select(columns).toArrow();
                  await table.close();
                  expect(versionOf(read), `reading ${reading}`).toBeGreaterThanOrEqual(0);
                  outcomes.read = (outcomes.read ?? 0) + 1;
                } catch (error) {
                  if (!LarderError.isInstance(error)) throw error;
                  expect([...known, ...(chunkBytes ? ["checksum-mismatch"] : [])]).toContain(error.code);
                  outcomes[error.code] = (outcomes[error.code] ?? 0) + 1;
                }
              }
            } finally {
              await ground.store.close();
            }
          },
        ),
        { seed, numRuns: runs },
      );
      console.info(`seed ${seed}: ${JSON.stringify(outcomes)}`);
      expect(outcomes.read).toBeGreaterThan(runs);
    },
  );

  it.each([1, 2, 3])("between its ranges, is read from the beginning, once (before answer %i)", async (when) => {
    const remote = rangedRemote(versions[0]!.bytes);
    const ground = await rangedGround(remote);
    const table = await open(remote, ground);
    remote.fault = (nth) => {
      if (nth === when) remote.put(versions[1]!.bytes);
      return undefined;
    };
    const read = await table.scan().select(columns).toArrow();
    expect(versionOf(read)).toBe(1);
    expect(remote.manifests).toBe(1);
    const sent = remote.answers.length;
    // What is kept now is of the new version, and is not fetched again.
    expect(versionOf(await (await open(remote, ground)).scan().select(columns).toArrow())).toBe(1);
    expect(remote.answers.length).toBe(sent);
  });

  it("is found out also where the service answers whatever version it has", async () => {
    const remote = rangedRemote(versions[0]!.bytes);
    const table = await open(remote, await rangedGround(remote));
    remote.fault = (nth) => {
      if (nth === 2) remote.put(versions[1]!.bytes);
      return { ignoreCondition: true };
    };
    expect(versionOf(await table.scan().select(columns).toArrow())).toBe(1);
  });

  it("is asked for by its version, from the second range on", async () => {
    const remote = rangedRemote(versions[0]!.bytes);
    await (await open(remote, await rangedGround(remote))).scan().select(columns).toArrow();
    expect(remote.answers.map(({ ifVersion }) => ifVersion)).toEqual([undefined, '"v1"', '"v1"', '"v1"']);
  });

  it("again and again, is given up with a clear error", async () => {
    const remote = rangedRemote(versions[0]!.bytes);
    const table = await open(remote, await rangedGround(remote));
    let now = 0;
    remote.fault = () => {
      now = 1 - now;
      remote.put(versions[now]!.bytes);
      return undefined;
    };
    await expect(table.scan().toArrow()).rejects.toMatchObject({ code: "version-changed" });
  });

  it("after a batch was handed on, is not read further", async () => {
    const remote = rangedRemote(versions[0]!.bytes);
    const table = await open(remote, await rangedGround(remote));
    const rowsRead: number[] = [];
    const reading = (async () => {
      for await (const batch of table.scan().select(columns).batches({ rows: 500 })) {
        rowsRead.push((batch as Table).numRows);
        if (rowsRead.length === 1) remote.put(versions[1]!.bytes);
      }
    })();
    await reading.then(
      () => expect(rowsRead.reduce((sum, count) => sum + count)).toBe(rows),
      (error: unknown) => expect(error).toMatchObject({ code: "version-changed" }),
    );
  });

  it("by being removed, is an error", async () => {
    const remote = rangedRemote(versions[0]!.bytes);
    const ground = await rangedGround(remote);
    const table = await open(remote, ground);
    remote.read = async () => ({ status: "absent" });
    await expect(table.scan().select(["price"]).toArrow()).rejects.toMatchObject({ code: "version-changed" });
  });
});

describe("answers that break off", () => {
  it.each([1, 2, 3, 4, 5, 6, 7])("after %i eighths of each range are continued where they stopped", async (eighths) => {
    const remote = rangedRemote(versions[0]!.bytes);
    const ground = await rangedGround(remote);
    let cuts = 0;
    remote.fault = (nth) => {
      // Every other answer: the one that continues it comes through.
      if (nth % 2 === 1) return undefined;
      cuts++;
      return { cutAfterBytes: Math.floor((65_536 * eighths) / 8) };
    };
    const read = await (await open(remote, ground)).scan().select(columns).toArrow();
    expect(versionOf(read)).toBe(0);
    expect(cuts).toBeGreaterThan(0);
    const [first, second] = remote.answers;
    expect(second!.start).toBe(first!.start + first!.bytesSent);
  });

  it("with bytes that make no sense are discarded, and fetched once more", async () => {
    const remote = rangedRemote(versions[0]!.bytes);
    const ground = await rangedGround(remote);
    const table = await open(remote, ground);
    remote.fault = (nth) => (nth === 2 ? { wrongByteAt: 0 } : undefined);
    expect(versionOf(await table.scan().select(columns).toArrow())).toBe(0);
    // Wrong each time: an error, and nothing of it is kept.
    remote.fault = () => ({ wrongByteAt: 0 });
    await expect(table.scan().select(["amount"]).toArrow()).rejects.toMatchObject({ code: "damaged-parquet" });
    remote.fault = () => undefined;
    expect(versionOf(await table.scan().select(columns).toArrow())).toBe(0);
  });

  it.each([
    ["too few bytes", { endAfterBytes: 10 }],
    ["too many bytes", { extraBytes: 1 }],
  ])("with %s are never taken", async (_, fault) => {
    const remote = rangedRemote(versions[0]!.bytes);
    const ground = await rangedGround(remote);
    const table = await open(remote, ground);
    remote.fault = () => fault;
    await expect(table.scan().select(["price"]).toArrow()).rejects.toMatchObject({ code: "remote-failed" });
    remote.fault = () => undefined;
    expect(versionOf(await table.scan().select(columns).toArrow())).toBe(0);
  });
});
