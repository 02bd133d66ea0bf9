import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newFolder, removeFolder } from "@larder/app-shared/testing";
import { afterAll, describe, expect, it } from "vitest";
import { runDemo } from "./harness/run-demo.js";
import { flightsFile } from "./harness/sample-files.js";

const folder = newFolder("bad-data");
afterAll(() => removeFolder(folder));

const header = "date,delay,distance,origin,destination";
// The first bytes of a PNG picture.
const png = Buffer.from("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de", "hex");
const wholeFile = readFileSync(flightsFile);
const files: readonly (readonly [string, string, string | Uint8Array | undefined, RegExp])[] = [
  ["a missing file", "nowhere.parquet", undefined, /There is no file .*nowhere\.parquet\./],
  ["an empty file", "empty.parquet", "", /empty\.parquet is empty\./],
  ["a Parquet file cut short", "short.parquet", wholeFile.subarray(0, 1_000_000), /short\.parquet/],
  ["a Parquet file of its first bytes", "tiny.parquet", wholeFile.subarray(0, 6), /tiny\.parquet/],
  ["a picture", "picture.png", png, /picture\.png is neither Parquet nor CSV\./],
  ["a picture that calls itself Parquet", "picture.parquet", png, /picture\.parquet is neither Parquet nor CSV\./],
  [
    "a CSV without some of the columns",
    "columns.csv",
    "date,delay,from\n2001-01-01,5,JFK\n",
    /columns\.csv has no columns distance, origin, destination; it has date, delay, from\./,
  ],
  ["a CSV that is only a header", "header.csv", `${header}\n`, /header\.csv holds no flights\./],
  [
    "a CSV cut short",
    "cut.csv",
    `${header}\n2001-01-01,5,300,JFK,BOS\n2001-01-01,5`,
    /Line 3 of cut\.csv has 2 fields/,
  ],
  [
    "a CSV of something else in those columns",
    "words.csv",
    `${header}\nx,y,z,a,b\n`,
    /No line of words\.csv has a date/,
  ],
];

describe("the demo on a file that is no file of flights", () => {
  it.each(files)("says what is wrong with %s in one sentence", async (_, name, content, sentence) => {
    const path = join(folder, name);
    if (content !== undefined) writeFileSync(path, content);
    const { stdout, stderr, exitCode } = await runDemo(["--json", "--data", path], folder);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/\n\s+at |Error:|node:internal/);
    // The line that announces the file names it, too.
    const told = stderr.split("\n").filter((line) => !line.startsWith("Flights: ") && sentence.test(line));
    expect(told).toHaveLength(1);
  });

  it("says that a directory is no file", async () => {
    const path = join(folder, "directory.parquet");
    mkdirSync(path);
    const { stderr, exitCode } = await runDemo(["--data", path], folder);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(`${path} is a directory. Name one Parquet or CSV file.\n`);
  });
});
