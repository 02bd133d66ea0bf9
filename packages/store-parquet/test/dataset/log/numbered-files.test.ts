import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  createNumbered,
  hasHardLinks,
  listNumbered,
  type NumberedTarget,
  numberedName,
} from "../../../src/dataset/log/numbered-files.js";
import { sampleDirectory } from "./support/sample-dataset.js";

const noLinks = () => Promise.reject(Object.assign(new Error("no links here"), { code: "EPERM" }));

function targetIn(directory: string, link?: NumberedTarget["link"]): NumberedTarget {
  return {
    directory: join(directory, "log"),
    temporary: join(directory, "tmp"),
    durability: "power",
    ...(link && { link }),
  };
}

describe.each([
  ["with hard links", undefined],
  ["without hard links", noLinks],
])("a numbered file on a file system %s", (_, link) => {
  test("is made once, by one of many", async () => {
    const directory = sampleDirectory();
    const target = targetIn(directory, link);
    const tries = Array.from({ length: 20 }, (_, i) => createNumbered(target, 7, ".entry", Buffer.alloc(5000, i)));
    const made = (await Promise.all(tries)).flatMap((is, i) => (is ? [i] : []));
    expect(made.length).toBe(1);
    expect(readFileSync(join(directory, "log", "0000000000000007.entry"))).toEqual(Buffer.alloc(5000, made[0]));
    expect(readdirSync(join(directory, "tmp"))).toEqual([]);
  });

  test("has no content but all of it, or none where it could not be made", async () => {
    const directory = sampleDirectory();
    mkdirSync(join(directory, "tmp"));
    writeFileSync(join(directory, "log"), "a file where the directory should be");
    await expect(createNumbered(targetIn(directory, link), 1, ".entry", Buffer.alloc(9))).rejects.toMatchObject({
      code: "write-failed",
    });
    expect(readdirSync(join(directory, "tmp"))).toEqual([]);
  });

  test("tells whether it can be seen before it is finished", async () => {
    const directory = sampleDirectory();
    expect(await hasHardLinks(targetIn(directory, link))).toBe(link === undefined);
    expect(readdirSync(join(directory, "tmp"))).toEqual([]);
  });
});

describe("numbered files", () => {
  test("are listed by number, and nothing else is", async () => {
    const directory = sampleDirectory();
    const log = join(directory, "log");
    expect(await listNumbered(log)).toEqual([]);
    mkdirSync(log);
    const numbers = [9_007_199_254_740_991, 3, 10];
    for (const number of numbers) writeFileSync(join(log, numberedName(number, ".entry")), "");
    for (const name of [
      "x.entry",
      "3.entry",
      "0000000000000003",
      "9999999999999999.entry",
      "0000000000000003.entry.tmp",
      "0000000000000003.state",
    ]) {
      writeFileSync(join(log, name), "");
    }
    expect((await listNumbered(log)).map(({ number, suffix }) => [number, suffix])).toEqual([
      [3, ".entry"],
      [3, ".state"],
      [10, ".entry"],
      [9_007_199_254_740_991, ".entry"],
    ]);
    for (const number of [-1, 0.5, 2 ** 53, Number.NaN])
      expect(() => numberedName(number, ".entry")).toThrow(RangeError);
  });
});
