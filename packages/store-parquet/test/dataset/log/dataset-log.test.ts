import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { emptyState } from "../../../src/dataset/log/dataset-state.js";
import {
  adding,
  idsOf,
  plain,
  rowsEpoch,
  sampleDataset,
  sampleDirectory,
  sampleLog,
  samplePart,
  writeSamplePart,
} from "./support/sample-dataset.js";

const namesIn = (directory: string, folder: string) => readdirSync(join(directory, folder)).sort();

describe("a log", () => {
  test("of a dataset that was never stored is empty, and makes no file", async () => {
    const directory = sampleDirectory();
    const log = sampleLog(join(directory, "not", "there"));
    expect(await log.refresh()).toEqual(emptyState);
    expect(log.current()).toEqual(emptyState);
    expect(readdirSync(directory)).toEqual([]);
  });

  test("shows what was committed to every process that looks", async () => {
    const directory = sampleDirectory();
    const [a, b] = [sampleLog(directory), sampleLog(directory)];
    const first = samplePart({ keys: idsOf(1, 2), epochs: [rowsEpoch(7, idsOf(1, 2))] });
    const second = samplePart({ keys: idsOf(-5), epochs: [rowsEpoch(9, idsOf(-5))] });
    await a.commit(() => ({ ...adding(first), columns: first.columns }));
    await b.commit(() => adding(second));
    for (const log of [a, b, sampleLog(directory)]) {
      const state = await log.refresh();
      expect([...state.parts.keys()]).toEqual([first.name, second.name]);
      expect(plain(state.parts)).toEqual(plain([first, second]));
      expect(state).toMatchObject({ entry: 2, sequence: 9, columns: first.columns, storedBytes: 2003 });
      expect(log.warnings).toEqual([]);
    }
    expect(readdirSync(join(directory, "tmp"))).toEqual([]);
  });

  test("builds a change on what others stored meanwhile", async () => {
    const directory = sampleDirectory();
    const [a, b] = [sampleLog(directory), sampleLog(directory)];
    await a.commit(() => adding(samplePart()));
    const seen: number[] = [];
    await b.commit((state) => {
      seen.push(state.parts.size);
      return adding(samplePart());
    });
    await a.commit((state) => {
      seen.push(state.parts.size);
      return undefined;
    });
    expect(seen).toEqual([1, 2]);
    expect(a.current().entry).toBe(2);
  });

  test("gives an answer that later commits do not change", async () => {
    const log = sampleLog(sampleDirectory());
    const before = await log.commit(() => adding(samplePart()));
    await log.commit(() => adding(samplePart()));
    expect(before.parts.size).toBe(1);
  });

  test("passes on what the building of a change throws, and stays usable", async () => {
    const log = sampleLog(sampleDirectory());
    const failing = log.commit(() => {
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect((await log.commit(() => adding(samplePart()))).entry).toBe(1);
  });

  test("refuses a change that could not be read again", async () => {
    const log = sampleLog(sampleDirectory());
    const part = samplePart({ epochs: [rowsEpoch(0.5, idsOf(1))] });
    await expect(log.commit(() => adding(part))).rejects.toMatchObject({ code: "invalid-change" });
    expect((await log.refresh()).entry).toBe(0);
  });

  test("says so when its directory can't be written", async () => {
    const directory = sampleDirectory();
    writeFileSync(join(directory, "log"), "a file");
    const log = sampleLog(directory);
    await expect(log.commit(() => adding(samplePart()))).rejects.toThrow();
  });

  test("unlinks what a merge replaced, and forgets it with the next commit", async () => {
    const directory = sampleDirectory();
    const log = sampleLog(directory);
    const parts = [writeSamplePart(directory), writeSamplePart(directory)];
    await log.commit(() => adding(...parts));
    const names = parts.map(({ name }) => name);
    const merged = writeSamplePart(directory, { place: "base", replaces: names });
    const state = await log.commit(() => ({ kind: "merge", add: [merged], remove: names }));
    expect(namesIn(directory, "recent")).toEqual([]);
    expect(state.retired).toEqual([]);
    expect(state.compactedBytes).toBe(merged.byteLength);
    const other = sampleLog(directory);
    expect((await other.refresh()).retired.map(({ name }) => name)).toEqual(names);
    await log.commit(() => adding(samplePart()));
    expect((await other.refresh()).retired).toEqual([]);
  });
});

describe("states", () => {
  const columns = [{ name: "x".repeat(3000), type: "Int32" }];

  test("are written as entries grow, cost no more than these, and shorten the log", async () => {
    const directory = sampleDirectory();
    let now = Date.now();
    const clock = { now: () => now, monotonic: () => 0 };
    const log = sampleLog(directory, { clock });
    let entryBytes = 0;
    let stateBytes = 0;
    for (let i = 0; i < 300; i++) {
      await log.commit(() => adding(samplePart({ columns })));
      const names = namesIn(directory, "log");
      entryBytes += readFileSync(join(directory, "log", names.findLast((name) => name.endsWith(".entry"))!)).byteLength;
      const state = names.find((name) => name === `${String(i + 1).padStart(16, "0")}.state`);
      if (state) stateBytes += readFileSync(join(directory, "log", state)).byteLength;
      now += 10_000;
    }
    expect(stateBytes).toBeGreaterThan(0);
    expect(stateBytes).toBeLessThan(2 * entryBytes);
    expect(namesIn(directory, "log").length).toBeLessThan(250);
    expect((await sampleLog(directory).refresh()).parts.size).toBe(300);
  });

  test("leave entries for a minute to those that may be about to make one of the same number", async () => {
    const directory = sampleDirectory();
    const log = sampleLog(directory);
    for (let i = 0; i < 100; i++) await log.commit(() => adding(samplePart({ columns })));
    const names = namesIn(directory, "log");
    expect(names.filter((name) => name.endsWith(".state")).length).toBeGreaterThan(2);
    expect(names.filter((name) => name.endsWith(".entry")).length).toBe(100);
  });

  test("are found by a process that was away while the entries it needs were removed", async () => {
    const directory = sampleDirectory();
    const away = sampleLog(directory);
    await away.commit(() => adding(samplePart()));
    const clock = { now: () => Date.now() + 3_600_000, monotonic: () => 0 };
    const log = sampleLog(directory, { clock });
    for (let i = 0; i < 120; i++) await log.commit(() => adding(samplePart({ columns })));
    expect(namesIn(directory, "log")).not.toContain("0000000000000002.entry");
    const state = await away.commit(() => adding(samplePart()));
    expect(state).toMatchObject({ entry: 122 });
    expect(state.parts.size).toBe(122);
    expect(away.warnings).toEqual([]);
    expect((await log.refresh()).parts.size).toBe(122);
  });
});

describe("a damaged log", () => {
  const logNames = (directory: string, suffix: string) =>
    namesIn(directory, "log")
      .filter((name) => name.endsWith(suffix))
      .map((name) => join(directory, "log", name));
  const tear = (path: string) => truncateSync(path, 40);

  test("whose last entry is torn is made anew from the parts", async () => {
    const directory = await sampleDataset();
    const log = sampleLog(directory);
    const parts = [1, 2, 3].map((id) =>
      writeSamplePart(directory, { keys: idsOf(id), epochs: [rowsEpoch(id, idsOf(id))] }),
    );
    for (const part of parts) await log.commit(() => adding(part));
    tear(logNames(directory, ".entry").at(-1)!);
    const other = sampleLog(directory);
    const state = await other.refresh();
    expect(plain([...state.parts.values()].sort((a, b) => a.epochs[0]!.sequence - b.epochs[0]!.sequence))).toEqual(
      plain(parts),
    );
    expect(state).toMatchObject({ entry: 5, sequence: 3, columns: [{ name: "a", type: "Int32" }] });
    expect(other.warnings.map(({ code }) => code)).toEqual(["damaged-log", "log-rebuilt"]);
    expect((await log.refresh()).entry).toBe(5);
    expect((await log.commit(() => adding(samplePart()))).entry).toBe(6);
    expect((await other.refresh()).parts.size).toBe(4);
  });

  test("that is gone is made anew from the parts, by one of several processes", async () => {
    const directory = await sampleDataset();
    const logs = [1, 2, 3, 4].map(() => sampleLog(directory));
    for (let i = 0; i < 8; i++) {
      const part = writeSamplePart(directory, { keys: idsOf(i) });
      await logs[i % 4]!.commit(() => adding(part));
    }
    rmSync(join(directory, "log"), { recursive: true });
    const states = await Promise.all(logs.map((log) => log.refresh()));
    expect(states.map(({ entry, parts }) => [entry, parts.size])).toEqual([1, 2, 3, 4].map(() => [1, 8]));
    expect(logs.flatMap(({ warnings }) => warnings).map(({ code }) => code)).toEqual(["log-rebuilt"]);
  });

  test("is read from an older state while the entries since are there", async () => {
    const directory = await sampleDataset();
    const clock = { now: () => Date.now() + 3_600_000, monotonic: () => 0 };
    const log = sampleLog(directory, { clock });
    const columns = [{ name: "x".repeat(3000), type: "Int32" }];
    for (let i = 0; i < 100; i++) await log.commit(() => adding(samplePart({ columns })));
    const states = logNames(directory, ".state");
    expect(states.length).toBeGreaterThan(1);
    tear(states.at(-1)!);
    const other = sampleLog(directory);
    expect((await other.refresh()).parts.size).toBe(100);
    expect(other.warnings.map(({ code }) => code)).toEqual(["damaged-log"]);
  });

  test("in which an entry does not follow the one before it is not read across", async () => {
    const [directory, elsewhere] = [await sampleDataset(), sampleDirectory()];
    const log = sampleLog(directory);
    const [first, foreign, second, third] = [1, 2, 3, 4].map((id) => samplePart({ keys: idsOf(id) }));
    await log.commit(() => adding(first!));
    cpSync(directory, elsewhere, { recursive: true });
    await sampleLog(elsewhere).commit(() => adding(foreign!));
    for (const part of [first!, second!, third!]) writeSamplePart(directory, part);
    for (const part of [second!, third!]) await log.commit(() => adding(part));
    cpSync(logNames(elsewhere, ".entry").at(-1)!, join(directory, "log", "0000000000000003.entry"));
    const other = sampleLog(directory);
    const { parts } = await other.refresh();
    // The part of the foreign entry is not there: it counts as lost.
    const [lost, found] = [[...parts.values()].filter(({ replaces }) => replaces.length > 0), [...parts.keys()]];
    expect(lost.map(({ replaces }) => replaces)).toEqual([[foreign!.name]]);
    expect(found.sort()).toEqual([first!, second!, third!, lost[0]!].map(({ name }) => name).sort());
    expect(other.warnings.map(({ code }) => code)).toEqual(["log-rebuilt"]);
  });

  test("of a format that is not known yet is left as it is", async () => {
    const directory = await sampleDataset();
    await sampleLog(directory).commit(() => adding(samplePart()));
    const { newerLogFile } = await import("./support/newer-log-file.js");
    await newerLogFile(join(directory, "log", "0000000000000003.entry"));
    const log = sampleLog(directory);
    await expect(log.refresh()).rejects.toMatchObject({ code: "newer-format" });
    expect(namesIn(directory, "log").length).toBe(3);
  });
});
