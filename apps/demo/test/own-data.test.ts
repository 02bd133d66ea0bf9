import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newFolder, removeFolder } from "@larder/app-shared/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runDemo, startDemo } from "./harness/run-demo.js";

const folder = newFolder("own-data");
afterAll(() => removeFolder(folder));

describe("the demo on a small CSV of one's own", () => {
  const data = join(folder, "mine.csv");
  const args = ["--data", data, "--input", "minimumFlights=2", "--directory", join(folder, "cache")];

  beforeAll(() => {
    const lines = [
      "origin,destination,date,delay,distance,note",
      "AAA,BBB,2001-01-31,10,100,first",
      'AAA,BBB,2001-02-01,20,100,"a, b"',
      "JFK,BBB,2001/02/01 00:30,5,100,",
      "JFK,AAA,2001-02-02T10:00:00,7,100,",
      "JFK,JFK,2001-02-02,900,100,goes nowhere",
      "JFK,AAA,2001-02-02,,100,no delay",
      "JFK,AAA,2001-02-02,5000,100,too late to be true",
    ];
    writeFileSync(data, `${lines.join("\n")}\n`);
  });

  it("ranks by what the file says, and lets an airport nobody knows go by its code", async () => {
    const { stdout, stderr, exitCode } = await runDemo(["--json", ...args], folder);
    expect({ stderr: exitCode === 0 ? "" : stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    const { answer, acts } = JSON.parse(stdout);
    expect(
      answer.airports.map((a: Record<string, unknown>) => [
        a.iata,
        a.name,
        a.flights,
        a.meanDelayMinutes,
        a.worstMonth,
      ]),
    ).toEqual([
      ["AAA", "AAA", 2, 15, "2001-02"],
      ["JFK", "John F Kennedy Intl", 2, 6, "2001-02"],
    ]);
    expect(acts[0].nodes.every((node: { decision: string }) => node.decision === "miss")).toBe(true);
  });

  it("finds its cache again in the directory the user named, and says that act 1 is not cold", async () => {
    const { stdout, exitCode } = await runDemo(args, folder);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("so act 1 need not be cold");
    // Nothing in any act has to run but the act without a cache.
    // What the last act reads is published anew, at another address.
    const [kept] = stdout.split("\nAct 8 of 8.");
    expect(kept).not.toMatch(/ miss /);
  });

  it("starts cold again with --clear", async () => {
    const { stdout, exitCode } = await runDemo([...args, "--clear"], folder);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/load +miss +first run/);
  });

  it("refuses to clear a directory that is not a cache, and leaves it alone", async () => {
    const photo = join(folder, "summer.jpg");
    writeFileSync(photo, "");
    const { stderr, exitCode } = await runDemo(["--data", data, "--directory", folder, "--clear"], folder);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/is not a Larder cache .*nothing in it was deleted.*\n$/);
    expect(existsSync(photo)).toBe(true);
    expect(existsSync(data)).toBe(true);
  });

  it("lets two demos at once in one folder go their own ways", async () => {
    const own = ["--data", data, "--input", "minimumFlights=2", "--json"];
    const runs = await Promise.all([runDemo(own, folder), runDemo(own, folder)]);
    for (const { stdout, stderr, exitCode } of runs) {
      expect(exitCode, stderr).toBe(0);
      const [cold, unchanged] = JSON.parse(stdout).acts;
      expect(cold.counters).toMatchObject({ misses: 7, hits: 0 });
      expect(unchanged.counters, JSON.stringify(unchanged.reasons)).toMatchObject({ misses: 0, hits: 1 });
    }
  });

  it("ends with 130 on Ctrl-C, without a stack, and leaves a cache that works", async () => {
    const directory = join(folder, "interrupted");
    const demo = startDemo(["--directory", directory], folder);
    // Three million flights: the act is still running when its first line is out.
    await demo.seen(/\[CACHE\]/);
    demo.child.kill("SIGINT");
    const { exitCode, stderr } = await demo.finished;
    expect(exitCode).toBe(130);
    expect(stderr).not.toMatch(/\n\s+at |Error:/);
    const again = await runDemo([...args.slice(0, 4), "--directory", directory], folder);
    expect(again.exitCode, again.stderr).toBe(0);
  });

  it("stops quietly when nobody reads its output any more", async () => {
    const demo = startDemo(args, folder);
    await demo.seen(/Act 1/);
    demo.child.stdout!.destroy();
    const { exitCode, stderr } = await demo.finished;
    expect(exitCode).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|\n\s+at /);
  });
});
