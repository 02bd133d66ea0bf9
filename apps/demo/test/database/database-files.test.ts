import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newFolder, removeFolder } from "@larder/app-shared/testing";
import { afterAll, beforeEach, expect, it } from "vitest";
import { databasePath, markUnused, markUsed, removeStale, unfinishedPath } from "../../src/database/database-files.js";

const folder = newFolder("database-files");
afterAll(() => removeFolder(folder));
const version = (digit: string) => digit.repeat(16);
// No process has an id that large.
const dead = 2 ** 30;
let home: string;
let homes = 0;
const names = () => readdirSync(home).sort();

beforeEach(() => {
  home = join(folder, String(homes++));
  mkdirSync(home);
});

it("deletes the databases of other files of flights, and what killed demos have left", () => {
  const mine = databasePath(home, version("a"));
  const other = databasePath(home, version("b"));
  for (const file of [mine, other, unfinishedPath(mine, dead), `${other}.${dead}.user`]) writeFileSync(file, "");
  for (const name of ["report.html", "flights.sqlite", "flights-mine.sqlite"]) writeFileSync(join(home, name), "");
  removeStale(mine);
  expect(names()).toEqual([`flights-${version("a")}.sqlite`, "flights-mine.sqlite", "flights.sqlite", "report.html"]);
});

it("leaves a database that another demo uses, or is making, until it has ended", () => {
  const mine = databasePath(home, version("a"));
  const other = databasePath(home, version("b"));
  const making = unfinishedPath(databasePath(home, version("c")), process.pid);
  for (const file of [mine, other, making]) writeFileSync(file, "");
  markUsed(other, process.pid);
  removeStale(mine);
  expect(names()).toHaveLength(4);
  markUnused(home, process.pid);
  removeStale(mine);
  expect(names()).toEqual([mine, making].map((file) => file.slice(home.length + 1)));
});
