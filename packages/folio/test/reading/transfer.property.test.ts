import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@larder/core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPartialFile } from "../../src/reading/partial-file.js";
import { type TransferOptions, type Transferred, transfer } from "../../src/reading/transfer.js";
import { RemoteError } from "../../src/remote/remote-error.js";
import type { RemoteStorage } from "../../src/remote/remote-storage.js";
import { sampleBytes } from "./published-bundle.js";

const seed = Number(process.env.LARDER_SEED ?? 88_172_645);
const versions = [1, 2, 3].map((n) => sampleBytes(2_500_000, n));
const idOf = (bytes: Uint8Array) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const ids = versions.map(idOf);

/** What one request meets. */
interface Turn {
  /** The writer has come this far. */
  readonly version: number;
  /** The share of the body after which it breaks off; 1: never. */
  readonly cutAt: number;
  readonly ignoresRange: boolean;
  readonly ignoresCondition: boolean;
}

/** A remote that does what its turns say, and then behaves. */
function moodyStorage(turns: readonly Turn[], tellsVersion: boolean): RemoteStorage {
  let nth = 0;
  let version = 0;
  return {
    url: "moody://bundle",
    abilities: { write: false, list: false, ranges: true, conditionalWrites: false },
    head: async () => undefined,
    async read(path, { start = 0, ifVersion } = {}) {
      const turn = turns[nth++];
      version = Math.max(version, turn?.version ?? 0);
      const bytes = versions[version]!;
      const tag = `"v${version}"`;
      if (ifVersion !== undefined && ifVersion !== tag && turn?.ignoresCondition !== true) return { status: "changed" };
      const from = turn?.ignoresRange === true ? 0 : start;
      const cutAt = Math.floor(from + (bytes.byteLength - from) * (turn?.cutAt ?? 1));
      return {
        status: "found",
        object: { path, byteLength: bytes.byteLength, version: tellsVersion ? tag : undefined },
        start: from,
        end: bytes.byteLength,
        body: (async function* () {
          for (let at = from; at < cutAt; at += 300_000) yield bytes.subarray(at, Math.min(at + 300_000, cutAt));
          if (cutAt < bytes.byteLength) {
            throw new RemoteError("The body broke off.", { code: "remote-unreachable", facts: {} });
          }
        })(),
      };
    },
  };
}

function optionsOf(storage: RemoteStorage, more: Partial<TransferOptions> = {}): TransferOptions {
  return {
    place: { storage, path: "item" },
    content: undefined,
    sizeBytes: undefined,
    algorithm: "sha256",
    file: undefined,
    keepsBytes: true,
    signal: undefined,
    onBytes: () => undefined,
    clock: systemClock,
    random: () => 0.5,
    sleep: async () => undefined,
    ...more,
  };
}

const turn: fc.Arbitrary<Turn> = fc.record({
  version: fc.integer({ min: 0, max: 2 }),
  cutAt: fc.constantFrom(0, 0.01, 0.3, 0.5, 0.9, 1),
  ignoresRange: fc.boolean(),
  ignoresCondition: fc.boolean(),
});

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "folio-transfer-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test("whatever a remote does between two requests, the bytes are one version of the object entirely, or an error", async () => {
  let [came, failed] = [0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { maxLength: 6 }), fc.boolean(), fc.boolean(), async (turns, tells, inFile) => {
      const file = inFile ? await openPartialFile(join(directory, "item.part")) : undefined;
      let result: Transferred | undefined;
      try {
        result = await transfer(optionsOf(moodyStorage(turns, tells), { file, keepsBytes: true }));
      } catch (error) {
        expect(error).toBeInstanceOf(RemoteError);
        failed++;
      }
      if (result !== undefined) {
        came++;
        // With a version told, never a mixture; without, a mixture can't come about, for nothing is resumed.
        expect(ids).toContain(result.content);
        expect(idOf(result.bytes!)).toBe(result.content);
      }
      await file?.discard();
    }),
    { seed, numRuns: 60 },
  );
  expect(came).toBeGreaterThan(10);
  expect(came + failed).toBe(60);
});

test("what a killed process left is gone on with by the next, whichever version is there then", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(0.01, 0.3, 0.9),
      fc.integer({ min: 0, max: 2 }),
      fc.boolean(),
      fc.boolean(),
      async (cutAt, version, ignoresCondition, keepsBytes) => {
        const path = join(directory, "left.part");
        const left = await openPartialFile(path);
        const cut = { version: 0, cutAt, ignoresRange: false, ignoresCondition: false };
        const gone = { ...cut, cutAt: 0 };
        const first = transfer(
          optionsOf(moodyStorage([cut, gone, gone, gone], true), { file: left, keepsBytes: false }),
        );
        await expect(first).rejects.toMatchObject({ code: "remote-unreachable" });
        await left.close();
        const next = await openPartialFile(path);
        const mood = [{ ...cut, cutAt: 1, version, ignoresCondition }];
        const result = await transfer(optionsOf(moodyStorage(mood, true), { file: next, keepsBytes }));
        expect(result.content).toBe(ids[version]);
        expect(result.received < result.byteLength).toBe(version === 0);
        if (keepsBytes) expect(idOf(result.bytes!)).toBe(ids[version]);
        await next.discard();
      },
    ),
    { seed, numRuns: 24 },
  );
});

test("bytes that are not those of the checksum are never handed out", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { maxLength: 4 }), fc.integer({ min: 0, max: 2 }), async (turns, wanted) => {
      const content = ids[wanted]!;
      const outcome = await transfer(optionsOf(moodyStorage(turns, true), { content, sizeBytes: 2_500_000 })).catch(
        (error: unknown) => error,
      );
      if (outcome instanceof Error) expect(outcome).toHaveProperty("code");
      else expect(idOf((outcome as Transferred).bytes!)).toBe(content);
    }),
    { seed, numRuns: 40 },
  );
});
