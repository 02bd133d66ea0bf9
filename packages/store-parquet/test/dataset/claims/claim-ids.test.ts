import { mkdirSync, readdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { currentOwner, systemClock } from "@larder/core";
import { describe, expect, test } from "vitest";
import { claimFiles } from "../../../src/dataset/claims/claim-files.js";
import { type Claims, type ClaimsOptions, claims } from "../../../src/dataset/claims/claim-ids.js";
import type { IdSet } from "../../../src/dataset/ids/id-set.js";
import { idsIn } from "../../../src/dataset/ids/make-id-set.js";
import { idsOf, sampleDirectory } from "../log/support/sample-dataset.js";

const numbers = (set: IdSet) => [...idsIn(set)].map(Number);
const claimNames = (directory: string) => readdirSync(join(directory, "claims")).sort();

/** An owner with the name of this one's host and boot, and the number of a process that can't be. */
const deadOwner = currentOwner().replace(/-\d+-\d+(-t\d+-\d+)?$/, "-4194305-1");
const elsewhere = `00000000-${currentOwner().slice(9)}`;

/** Waits of others that are over at once. */
const wait: NonNullable<ClaimsOptions["wait"]> = () => new Promise((resolve) => setImmediate(resolve));

function two(): { directory: string; a: Claims; b: Claims } {
  const directory = sampleDirectory();
  return { directory, a: claims(directory, { wait }), b: claims(directory, { wait }) };
}

describe("a claim", () => {
  test("has all that nobody else is fetching", async () => {
    const { directory, a, b } = two();
    const first = await a.claim(idsOf(1, 2, 3), ["x", "y"]);
    expect([numbers(first.mine), numbers(first.others)]).toEqual([[1, 2, 3], []]);
    const second = await b.claim(idsOf(2, 3, 4), ["y"]);
    expect([numbers(second.mine), numbers(second.others)]).toEqual([[4], [2, 3]]);
    const third = await b.claim(idsOf(1, 4), ["y"]);
    expect([numbers(third.mine), numbers(third.others)]).toEqual([[], [1, 4]]);
    expect(claimNames(directory).length).toBe(2);
    await Promise.all([first, second, third].map((claim) => claim.release()));
  });

  test("is respected only by who wants no other columns", async () => {
    const { a, b } = two();
    await a.claim(idsOf(1), ["x"]);
    expect(numbers((await b.claim(idsOf(1), ["x", "y"])).mine)).toEqual([1]);
    expect(numbers((await b.claim(idsOf(1), ["z"])).mine)).toEqual([1]);
  });

  test("is over once it is released, also when it was the last one", async () => {
    const { directory, a, b } = two();
    const first = await a.claim(idsOf(1), ["x"]);
    const second = await a.claim(idsOf(2), ["x"]);
    await first.release();
    await second.release();
    await second.release();
    expect(claimNames(directory)).toEqual(["0000000000000002.ended"]);
    expect(numbers((await b.claim(idsOf(1, 2), ["x"])).mine)).toEqual([1, 2]);
    const third = await b.claim(idsOf(3), ["x"]);
    expect(claimNames(directory)).toEqual(["0000000000000003.claim", "0000000000000004.claim"]);
    await third.release();
  });

  test("that could not be read when it was listed, and can be now, keeps the next one from being made", async () => {
    const directory = sampleDirectory();
    const target = {
      directory: join(directory, "claims"),
      temporary: join(directory, "tmp"),
      durability: "process",
    } as const;
    const [a, b] = [claimFiles(target, systemClock), claimFiles(target, systemClock)];
    const wanted = { owner: currentOwner(), columns: ["x"], keys: idsOf(1) };
    await a.make(await a.live(), wanted);
    const path = join(target.directory, claimNames(directory)[0]!);
    const whole = readFileSync(path);
    truncateSync(path, 20);
    const unfinished = await b.live();
    expect(unfinished).toEqual({ claims: [], highest: 1 });
    writeFileSync(path, whole);
    expect(await b.make(unfinished, wanted)).toBeUndefined();
    const { claims: live } = await b.live();
    expect(live.map(({ number }) => number)).toEqual([1]);
  });

  test("of an owner that is dead is taken over", async () => {
    const { directory, b } = two();
    const dead = await claims(directory, { wait, owner: deadOwner }).claim(idsOf(1, 2), ["x"]);
    expect(numbers(dead.mine)).toEqual([1, 2]);
    expect(numbers((await b.claim(idsOf(2, 3), ["x"])).mine)).toEqual([2, 3]);
    expect(claimNames(directory).filter((name) => name.endsWith(".claim"))).toEqual(["0000000000000002.claim"]);
  });

  test("of an owner on another host counts until it is not renewed for a minute", async () => {
    const directory = sampleDirectory();
    let now = Date.now();
    const clock = { now: () => now, monotonic: () => 0 };
    await claims(directory, { wait, clock, owner: elsewhere }).claim(idsOf(1), ["x"]);
    const b = claims(directory, { wait, clock });
    now += 50_000;
    const waiting = await b.claim(idsOf(1), ["x"]);
    expect(numbers(waiting.mine)).toEqual([]);
    utimesSync(join(directory, "claims", claimNames(directory)[0]!), now / 1000, now / 1000);
    now += 50_000;
    expect(numbers((await b.claim(idsOf(1), ["x"])).mine)).toEqual([]);
    now += 11_000;
    await waiting.othersMoved();
    expect(numbers((await b.claim(idsOf(1), ["x"])).mine)).toEqual([1]);
  });

  test("that is damaged is passed over, and its number not used again", async () => {
    const { directory, a, b } = two();
    await a.claim(idsOf(1), ["x"]);
    const path = join(directory, "claims", claimNames(directory)[0]!);
    truncateSync(path, 50);
    expect(numbers((await b.claim(idsOf(1), ["x"])).mine)).toEqual([1]);
    expect(claimNames(directory)).toContain("0000000000000002.claim");
    const bytes = readFileSync(join(directory, "claims", "0000000000000002.claim"));
    bytes[30]! ^= 1;
    writeFileSync(join(directory, "claims", "0000000000000002.claim"), bytes);
    expect(numbers((await claims(directory, { wait }).claim(idsOf(1), ["x"])).mine)).toEqual([1]);
  });

  test("made under a number that had been used is made again", async () => {
    const directory = sampleDirectory();
    let before = async () => {};
    // Between the look of this one and its claim, others come and go.
    const link = async (existing: string, path: string) => {
      await before();
      const { link: make } = await import("node:fs/promises");
      await make(existing, path);
    };
    const slow = claims(directory, { wait, link });
    const others = claims(directory, { wait });
    before = async () => {
      before = async () => {};
      const first = await others.claim(idsOf(5), ["x"]);
      await others.claim(idsOf(1), ["x"]);
      await first.release();
    };
    const claim = await slow.claim(idsOf(1, 2), ["x"]);
    expect([numbers(claim.mine), numbers(claim.others)]).toEqual([[2], [1]]);
  });

  test("can't be made where the directory can't be written", async () => {
    const directory = sampleDirectory();
    writeFileSync(join(directory, "claims"), "a file");
    await expect(claims(directory, { wait }).claim(idsOf(1), ["x"])).rejects.toThrow();
  });
});

describe("waiting for others", () => {
  test("ends once one of them gives back what it claimed", async () => {
    const { a, b } = two();
    const first = await a.claim(idsOf(1), ["x"]);
    const second = await a.claim(idsOf(2), ["x"]);
    const waiting = await b.claim(idsOf(1, 2), ["x"]);
    let moved = false;
    const done = waiting.othersMoved().then(() => {
      moved = true;
    });
    for (let i = 0; i < 50; i++) await wait(0);
    expect(moved).toBe(false);
    await second.release();
    await done;
    await first.release();
  });

  test("is told by the file system, long before it would look again", async () => {
    const directory = sampleDirectory();
    mkdirSync(join(directory, "claims"));
    let looking = () => {};
    const asleep = new Promise<void>((resolve) => {
      looking = resolve;
    });
    const untilWoken: NonNullable<ClaimsOptions["wait"]> = (_ms, signal) =>
      new Promise((resolve) => {
        looking();
        signal?.addEventListener("abort", () => resolve(), { once: true });
      });
    const first = await claims(directory).claim(idsOf(1), ["x"]);
    const waiting = await claims(directory, { wait: untilWoken }).claim(idsOf(1), ["x"]);
    const done = waiting.othersMoved();
    await asleep;
    await first.release();
    await done;
  });

  test("ends when one of them dies, and at once where there are none", async () => {
    const { directory, a, b } = two();
    await (await b.claim(idsOf(7), ["x"])).othersMoved();
    const first = await a.claim(idsOf(1), ["x"]);
    const waiting = await b.claim(idsOf(1), ["x"]);
    await first.release();
    await claims(directory, { wait, owner: deadOwner }).claim(idsOf(1), ["x"]);
    await waiting.othersMoved();
  });

  test("ends with the reason of the signal", async () => {
    const { a, b } = two();
    await a.claim(idsOf(1), ["x"]);
    const waiting = await b.claim(idsOf(1), ["x"]);
    const reason = new Error("enough");
    const controller = new AbortController();
    const done = waiting.othersMoved(controller.signal);
    setImmediate(() => controller.abort(reason));
    await expect(done).rejects.toBe(reason);
    await expect(waiting.othersMoved(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
