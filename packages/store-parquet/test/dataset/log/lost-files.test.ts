import { mkdirSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { link } from "node:fs/promises";
import { join } from "node:path";
import { currentProcess } from "@larder/core";
import { describe, expect, test } from "vitest";
import {
  adding,
  idsOf,
  plain,
  rowsEpoch,
  sampleDataset,
  sampleLog,
  samplePart,
  writeSamplePart,
} from "./support/sample-dataset.js";

const deadOwner = currentProcess().replace(/-\d+-\d+$/, "-4194305-1");
const elsewhere = `00000000-${currentProcess().slice(9)}`;
const names = (directory: string, folder: string) => readdirSync(join(directory, folder)).sort();
const partOf = (owner: string) => `recent/${owner}-0011223344556677.parquet`;

describe("a part that is lost with the log", () => {
  async function dataset() {
    const directory = await sampleDataset();
    const log = sampleLog(directory);
    const [old, new_, other] = [1, 2, 3].map((n) =>
      writeSamplePart(directory, { keys: idsOf(n % 2, 5), epochs: [rowsEpoch(n * 10, idsOf(n % 2, 5))] }),
    );
    for (const part of [old!, new_!, other!]) await log.commit(() => adding(part));
    const tearNewest = () => truncateSync(join(directory, "log", names(directory, "log").at(-1)!), 20);
    return { directory, old: old!, new_: new_!, other: other!, tearNewest };
  }

  test.each(["is unreadable", "is gone"])(
    "and %s takes with it what is older of its cells, if the log still tells which",
    async (how) => {
      const { directory, old, new_, other, tearNewest } = await dataset();
      tearNewest();
      if (how === "is gone") rmSync(join(directory, new_.name));
      else truncateSync(join(directory, new_.name), 3);
      const log = sampleLog(directory);
      const { parts } = await log.refresh();
      const standIn = [...parts.values()].find(({ replaces }) => replaces.length > 0)!;
      expect([...parts.keys()].sort()).toEqual([old.name, other.name, standIn.name].sort());
      expect(standIn.replaces).toEqual([new_.name]);
      expect(plain(standIn.epochs)).toMatchObject([{ kind: "invalid", sequence: 20, keys: { ids: [0, 5] } }]);
      if (how === "is unreadable") expect(names(directory, "quarantine").length).toBe(1);
    },
  );

  test("takes all that is older with it, if nothing tells what it was", async () => {
    const { directory, other, tearNewest } = await dataset();
    tearNewest();
    truncateSync(join(directory, other.name), 3);
    const log = sampleLog(directory);
    const { parts, sequence } = await log.refresh();
    const standIn = [...parts.values()].find(({ replaces }) => replaces.length > 0)!;
    expect(plain(standIn.epochs)).toMatchObject([{ kind: "invalid", sequence: 21 }]);
    expect(standIn.epochs[0]!.keys).toBeUndefined();
    expect(sequence).toBe(21);
    expect(log.warnings.map(({ code }) => code).sort()).toEqual(["damaged-log", "damaged-part", "log-rebuilt"]);
  });

  test("is not taken for lost where what replaced it was itself replaced since, and is still there", async () => {
    const { directory, old, new_, other, tearNewest } = await dataset();
    const content = { place: "base", keys: old.keys, epochs: old.epochs } as const;
    const merged = writeSamplePart(directory, { ...content, replaces: [old.name] });
    const again = writeSamplePart(directory, { ...content, replaces: [merged.name] });
    rmSync(join(directory, old.name));
    tearNewest();
    const { parts } = await sampleLog(directory).refresh();
    expect([...parts.keys()].sort()).toEqual([new_.name, other.name, again.name].sort());
  });

  test("is not taken for lost when it can't be read just now", async () => {
    const { directory, tearNewest } = await dataset();
    tearNewest();
    const readPart = () => Promise.reject(Object.assign(new Error("too many open files"), { code: "EMFILE" }));
    await expect(sampleLog(directory, { readPart }).refresh()).rejects.toThrow("too many");
    expect((await sampleLog(directory).refresh()).parts.size).toBe(3);
  });
});

describe("sweeping", () => {
  test("removes what the dead left behind, and nothing else", async () => {
    const directory = await sampleDataset();
    const log = sampleLog(directory);
    const [kept, orphan, foreign] = [deadOwner, deadOwner.replace("4194305", "4194306"), elsewhere].map((owner) =>
      writeSamplePart(directory, { name: partOf(owner) }),
    );
    const own = writeSamplePart(directory);
    await log.commit(() => adding(kept!));
    const temporary = [deadOwner, currentProcess(), elsewhere].map((owner) => `${owner}-0011223344556677.entry`);
    for (const name of temporary) writeFileSync(join(directory, "tmp", name), "");
    await sampleLog(directory).sweep();
    expect(names(directory, "recent")).toEqual([kept, foreign, own].map((part) => part!.name.slice(7)).sort());
    expect(names(directory, "tmp")).toEqual(temporary.slice(1).sort());
    const longAgo = Date.now() / 1000 - 90_000;
    utimesSync(join(directory, foreign!.name), longAgo, longAgo);
    await log.sweep();
    expect(names(directory, "recent")).not.toContain(foreign!.name.slice(7));
    expect(orphan).toBeDefined();
  });

  test("unlinks what a merge retired whose process died before it could", async () => {
    const directory = await sampleDataset();
    const log = sampleLog(directory);
    const part = writeSamplePart(directory);
    await log.commit(() => adding(part));
    await log.commit(() => ({ kind: "batch", add: [], remove: [part.name] }));
    expect(names(directory, "recent").length).toBe(1);
    const other = sampleLog(directory);
    await other.sweep();
    expect(names(directory, "recent")).toEqual([]);
    expect(other.current().retired).toEqual([]);
  });
});

describe("a process that was stopped", () => {
  const columns = [{ name: "x".repeat(9000), type: "Int32" }];

  test("between looking and committing does not commit under a number that was used and is free again", async () => {
    const directory = await sampleDataset();
    const later = { now: () => Date.now() + 3_600_000, monotonic: () => 0 };
    const others = sampleLog(directory, { clock: later });
    let stopped = async () => {
      stopped = async () => {};
      for (let i = 0; i < 60; i++) await others.commit(() => adding(samplePart({ columns })));
      expect(names(directory, "log")).not.toContain("0000000000000002.entry");
    };
    const slow = sampleLog(directory, {
      link: async (existing, path) => {
        await stopped();
        await link(existing, path);
      },
    });
    const part = samplePart();
    expect((await slow.commit(() => adding(part))).entry).toBe(62);
    expect(names(directory, "log")).not.toContain("0000000000000002.entry");
    const state = await others.refresh();
    expect([state.parts.size, state.parts.has(part.name)]).toEqual([61, true]);
    expect([...slow.warnings, ...others.warnings]).toEqual([]);
  });

  test("for so long that it can't know says so", async () => {
    const directory = await sampleDataset();
    let monotonic = 0;
    const later = { now: () => Date.now() + 3_600_000, monotonic: () => 0 };
    const others = sampleLog(directory, { clock: later });
    const slow = sampleLog(directory, {
      clock: { now: () => Date.now(), monotonic: () => monotonic },
      link: async (existing, path) => {
        for (let i = 0; i < 60; i++) await others.commit(() => adding(samplePart({ columns })));
        monotonic = 3_600_000;
        await link(existing, path);
      },
    });
    await expect(slow.commit(() => adding(samplePart()))).rejects.toMatchObject({ code: "log-overtaken" });
  });
});

describe("without hard links", () => {
  const noLinks = () => Promise.reject(Object.assign(new Error(), { code: "EPERM" }));

  test("an entry that is just being written is waited for, and one that nobody finishes is not", async () => {
    const directory = await sampleDataset();
    const log = sampleLog(directory);
    const part = writeSamplePart(directory);
    await log.commit(() => adding(part));
    const path = join(directory, "log", "0000000000000003.entry");
    await log.commit(() => adding(samplePart()));
    mkdirSync(join(directory, "aside"));
    await link(path, join(directory, "aside", "whole"));
    rmSync(path);
    writeFileSync(path, "unfinished");
    let waits = 0;
    const finishing = async () => {
      waits++;
      if (waits < 3) return;
      rmSync(path, { force: true });
      await link(join(directory, "aside", "whole"), path);
    };
    const reader = sampleLog(directory, { link: noLinks, wait: finishing });
    expect(await reader.refresh()).toMatchObject({ entry: 3 });
    expect([waits, reader.warnings]).toEqual([3, []]);

    rmSync(path);
    writeFileSync(path, "unfinished");
    let now = Date.now();
    const clock = { now: () => now, monotonic: () => 0 };
    const wait = async (ms: number) => {
      now += ms;
    };
    const patient = sampleLog(directory, { link: noLinks, wait, clock });
    expect(await patient.refresh()).toMatchObject({ entry: 4 });
    expect(patient.warnings.map(({ code }) => code)).toEqual(["damaged-log", "log-rebuilt"]);
  });
});
