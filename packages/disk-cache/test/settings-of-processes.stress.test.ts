import { describe, expect, test } from "vitest";
import { buildCache } from "../src/index.js";
import { startProgram } from "./run-program.js";
import { temporaryDirectory } from "./temporary-directory.js";

describe("several processes", () => {
  test("that make a cache with different shards at the same moment agree on one of them", async () => {
    const directory = temporaryDirectory();
    const wanted = [1, 4, 2, 4, 1];
    const programs = wanted.map((shards) => startProgram("conflicting-settings", [directory, String(shards)]));
    await Promise.all(programs.map((program) => program.printed("ready")));
    for (const { child } of programs) child.stdin!.write("go\n");
    const outcomes = await Promise.all(programs.map(({ ended }) => ended));
    expect(outcomes.map(({ code, errors }) => [code, errors])).toEqual(wanted.map(() => [0, ""]));
    const cache = await buildCache("plan", { directory });
    const { shards } = cache.settings();
    for (const [i, { output }] of outcomes.entries()) {
      expect(JSON.parse(output.at(-1)!)).toEqual(wanted[i] === shards ? { opened: shards } : { conflict: shards });
    }
    expect(await cache.get("key")).toBe(1);
    await cache.close();
  });

  test("go by the policy that one of them has said last, and hear of it while they run", async () => {
    const directory = temporaryDirectory();
    const { child, printed, ended } = startProgram("keep-open", [directory]);
    await printed("open");
    const cache = await buildCache("plan", { directory, sizeLimitBytes: "3 GiB", ttlSeconds: 60 });
    await printed("sizeLimitBytes from 50 GiB to 3 GiB, ttlSeconds from none to 60.");
    child.stdin!.end("after\n");
    const { code, output, errors } = await ended;
    expect([code, errors]).toEqual([0, ""]);
    expect(JSON.parse(output.at(-1)!)).toEqual({ limitBytes: 3 * 2 ** 30, expires: true });
    const entry = await cache.entry("before");
    expect(entry!.record.expiresAt).toBeUndefined();
    await entry!.close();
    await cache.close();
  });
});
