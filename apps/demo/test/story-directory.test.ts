import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newFolder, removeFolder } from "@larder/app-shared/testing";
import { afterAll, describe, expect, it } from "vitest";
import { isLarderCache, openKeptDirectory, openStoryDirectory } from "../src/story-directory.js";

const folder = newFolder("directory");
afterAll(() => removeFolder(folder));

function makeCache(directory: string): void {
  mkdirSync(join(directory, "blobs"), { recursive: true });
  writeFileSync(join(directory, "CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55\n");
  writeFileSync(join(directory, "larder.json"), '{"format":1}');
  writeFileSync(join(directory, "index.lmdb"), "");
}

describe("the directory of the cache", () => {
  it("is emptied for the story when it holds a cache", () => {
    const base = join(folder, "story");
    makeCache(join(base, ".larder-demo", "story"));
    const opened = openStoryDirectory(base);
    expect(opened).toMatchObject({ directory: join(base, ".larder-demo", "story"), found: false });
    expect(existsSync(opened.directory)).toBe(false);
    opened.release();
  });

  it("is another one while a demo is running on the first", () => {
    const base = join(folder, "two");
    const first = openStoryDirectory(base);
    const second = openStoryDirectory(base);
    expect(second.directory).not.toBe(first.directory);
    first.release();
    second.release();
    const third = openStoryDirectory(base);
    expect(third.directory).toBe(first.directory);
    third.release();
  });

  it("is free again when the demo that had it was killed", () => {
    const base = join(folder, "killed");
    mkdirSync(join(base, ".larder-demo"), { recursive: true });
    // No process has this id: it is above the largest Linux gives.
    writeFileSync(join(base, ".larder-demo", "story.owner"), "4194305");
    const opened = openStoryDirectory(base);
    expect(opened.directory).toBe(join(base, ".larder-demo", "story"));
    opened.release();
  });

  it("is kept when the user named it, and cleared only when asked", () => {
    const directory = join(folder, "kept");
    makeCache(directory);
    expect(openKeptDirectory(directory, false)).toMatchObject({ directory, found: true });
    expect(isLarderCache(directory)).toBe(true);
    expect(openKeptDirectory(directory, true)).toMatchObject({ directory, found: false });
    expect(existsSync(directory)).toBe(false);
  });

  it("is never cleared when it is not a cache, or bears only one of the two marks", () => {
    const directory = join(folder, "photos");
    mkdirSync(directory);
    writeFileSync(join(directory, "summer.jpg"), "");
    expect(() => openKeptDirectory(directory, true)).toThrow(`${directory} is not a Larder cache`);
    writeFileSync(join(directory, "CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55\n");
    expect(() => openKeptDirectory(directory, true)).toThrow("nothing in it was deleted");
    expect(readdirSync(directory).sort()).toEqual(["CACHEDIR.TAG", "summer.jpg"]);
  });

  it("may be absent or empty when it is to be cleared", () => {
    const directory = join(folder, "empty");
    expect(openKeptDirectory(directory, true).found).toBe(false);
    mkdirSync(directory);
    expect(openKeptDirectory(directory, true).found).toBe(false);
    expect(existsSync(directory)).toBe(true);
  });

  it("can't be a file", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(() => openKeptDirectory(file, false)).toThrow("that is a file");
  });
});
