import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { bytesSource } from "@larder/core";
import { encodeParquet } from "@larder/store-parquet";
import { tableFromArrays } from "apache-arrow";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { ForeignLimits } from "../../src/foreign/foreign-limits.js";
import { type ForeignTable, foreignTable } from "../../src/foreign/foreign-table.js";
import { bundledPrograms } from "./support/bundled-child.js";

const program = bundledPrograms({
  bad: "../programs/bad-child.ts",
  parent: "../programs/parent.ts",
  child: "../../../src/foreign/foreign-child.ts",
});
const opened: ForeignTable[] = [];
const started = new Set<ChildProcess>();
afterEach(async () => {
  for (const table of opened.splice(0)) await table.close();
});
afterAll(() => {
  for (const child of started) child.kill("SIGKILL");
});

const file = encodeParquet(tableFromArrays({ id: Int32Array.of(1, 2, 3) })).then(({ bytes }) => bytes);

/** A table whose first process is a bad one, and the next ones are good. */
async function openBad(limits: ForeignLimits): Promise<ForeignTable> {
  let starts = 0;
  const table = foreignTable(bytesSource(await file), {
    limits,
    release: async () => {},
    program: () => program(starts++ === 0 ? "bad" : "child"),
  });
  opened.push(table);
  return table;
}

const outcome = (read: Promise<unknown>) =>
  read.then(
    () => "read",
    (error: unknown) => error,
  );

describe("a process that goes wrong while it reads", () => {
  test("and computes without end is ended when its time is up; the next read starts another", async () => {
    const table = await openBad({ seconds: 0.5 });
    const before = performance.now();
    expect(await outcome(table.scan().count())).toMatchObject({
      code: "foreign-limit",
      facts: { limit: "time", seconds: 0.5 },
      message: expect.stringContaining("limits.seconds"),
    });
    expect(performance.now() - before).toBeGreaterThan(450);
    expect(await table.scan().toColumns()).toEqual({ id: Int32Array.of(1, 2, 3) });
    expect(table.starts).toBe(2);
  });

  test("and never answers, though it computes nothing, is ended too", async () => {
    // By the clock it has four times as long.
    const table = await openBad({ seconds: 0.5 });
    const batches = table.scan().batches()[Symbol.asyncIterator]();
    expect(await outcome(batches.next())).toMatchObject({ code: "foreign-limit", facts: { limit: "time" } });
  });

  test("and takes more and more memory is ended before it has much more than allowed", async () => {
    const table = await openBad({ megabytes: 256 });
    expect(await outcome(table.scan().toArrow())).toMatchObject({
      code: process.platform === "linux" ? "foreign-limit" : expect.any(String),
      facts: { limit: "memory", megabytes: 256 },
      message: expect.stringContaining("limits.megabytes"),
    });
    // Memory is looked at every 25 ms, and 4 MiB take more than a millisecond to fill.
    expect(table.peakMegabytes).toBeLessThan(512);
    expect(await table.scan().count()).toBe(3);
  });

  test("and says that a table of a terabyte follows is ended, and no memory is taken for it", async () => {
    const table = await openBad({});
    expect(await outcome(table.scan().head(1).toArrow())).toMatchObject({
      code: "foreign-limit",
      facts: { limit: "memory", resultMegabytes: 2 ** 20 },
    });
  });

  test("and ends by itself is an error that says how it ended", async () => {
    expect(await outcome((await openBad({})).scan().schema())).toMatchObject({
      code: "foreign-crash",
      facts: { exitCode: 3, signal: null },
      message: expect.stringContaining("exit code 3"),
    });
    expect(await outcome((await openBad({})).scan().explain())).toMatchObject({
      code: "foreign-crash",
      facts: { exitCode: null, signal: "SIGABRT" },
    });
  });

  test("takes only the read with it that it was doing, and those that build on it", async () => {
    let starts = 0;
    const table = foreignTable(bytesSource(await file), {
      limits: { seconds: 0.3 },
      release: async () => {},
      program: () => program(starts++ === 1 ? "bad" : "child"),
    });
    opened.push(table);
    const batches = table.scan().batches({ rows: 1 })[Symbol.asyncIterator]();
    expect((await batches.next()).value.numRows).toBe(1);
    process.kill(table.processId!, "SIGKILL");
    await until(() => table.processId === undefined);
    // A new process would know nothing of the iteration, so none is started.
    expect(await outcome(batches.next())).toMatchObject({ code: "foreign-crash" });
    expect(table.starts).toBe(1);
    const results = await Promise.all([outcome(table.scan().count()), outcome(table.scan().head(2).toArrow())]);
    expect(results).toEqual([expect.objectContaining({ code: "foreign-limit" }), "read"]);
  });

  test("closing the table ends it, and whoever waits gets an error", async () => {
    const table = await openBad({});
    const reading = outcome(table.scan().count());
    await until(() => table.processId !== undefined && table.peakMegabytes > 0);
    const { processId } = table;
    await table.close();
    expect(await reading).toMatchObject({ code: "closed-table" });
    expect(isAlive(processId!)).toBe(false);
    expect(await outcome(table.scan().count())).toMatchObject({ code: "closed-table" });
  });

  test.each(["busy", "idle"])("does not outlive the process that started it, %s as it may be", async (operation) => {
    const parent = startParent(operation === "busy" ? "bad" : "child", operation);
    const processId = await parent.line;
    expect(isAlive(processId)).toBe(true);
    parent.child.kill("SIGKILL");
    await until(() => !isAlive(processId));
  });

  test("a table that nobody closes keeps no process alive", async () => {
    const parent = startParent("child", "forget");
    const processId = await parent.line;
    expect(await parent.ended).toBe(0);
    await until(() => !isAlive(processId));
  });
});

function startParent(childName: string, operation: string) {
  const { args, directory } = program(childName);
  const child = spawn(process.execPath, [...program("parent").args, args[0]!, directory, operation], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.add(child);
  const line = new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", (text) => resolve(Number(text)));
    child.once("exit", () => reject(new Error("the parent ended early")));
  });
  line.catch(() => {});
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return { child, line, ended };
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(10);
}
