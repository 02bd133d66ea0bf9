import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { claims, type HeldClaim } from "../../../src/dataset/claims/claim-ids.js";
import { idsIn } from "../../../src/dataset/ids/make-id-set.js";
import { runs } from "../../engines/runs.js";
import { idsOf, sampleDirectory } from "../log/support/sample-dataset.js";

const rounds = fc.array(
  fc.array(
    fc.record({ who: fc.nat(2), ids: fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 6 }), release: fc.nat(3) }),
    {
      minLength: 1,
      maxLength: 5,
    },
  ),
  { minLength: 1, maxLength: 8 },
);

describe("claims at once", () => {
  test.each([
    ["with hard links", undefined],
    ["without hard links", () => Promise.reject(Object.assign(new Error(), { code: "ENOSYS" }))],
  ])(
    "never give one id to two, nor leave one to nobody (%s)",
    async (_, link) => {
      await fc.assert(
        fc.asyncProperty(rounds, async (all) => {
          const directory = sampleDirectory();
          const wait = () => new Promise<void>((resolve) => setImmediate(resolve));
          const claimers = [0, 1, 2].map(() => claims(directory, { wait, random: () => 0.5, ...(link && { link }) }));
          const held = new Map<HeldClaim, number[]>();
          for (const round of all) {
            const before = new Set([...held.values()].flat());
            const made = await Promise.all(
              round.map(async ({ who, ids }) => ({ ids, claim: await claimers[who]!.claim(idsOf(...ids), ["x"]) })),
            );
            for (const { ids, claim } of made) {
              const mine = [...idsIn(claim.mine)].map(Number);
              held.set(claim, mine);
              expect([...mine, ...[...idsIn(claim.others)].map(Number)].sort()).toEqual([...ids].sort());
            }
            const given = [...held.values()].flat();
            expect(new Set(given).size).toBe(given.length);
            for (const id of round.flatMap(({ ids }) => ids)) expect(before.has(id) || given.includes(id)).toBe(true);
            const released = [...held.keys()].filter((_claim, i) => round.some(({ release }) => i % 4 === release));
            await Promise.all(released.map((claim) => claim.release()));
            for (const claim of released) held.delete(claim);
          }
          await Promise.all([...held.keys()].map((claim) => claim.release()));
        }),
        runs(40, 20_261_133),
      );
    },
    300_000,
  );
});
