import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { larderJson, runLarder } from "../harness/run-larder.js";
import { workingFolder } from "../harness/working-folder.js";

async function folderWithOldCache(): Promise<string> {
  const cwd = await workingFolder();
  await mkdir(join(cwd, "old"));
  await writeFile(join(cwd, "old", "people.csv"), "id,name\n1,Ada\n2,Grace\n");
  await writeFile(join(cwd, "old", "numbers.json"), '[{"x":1.5},{"x":2.5}]');
  return cwd;
}

describe("larder migrate", () => {
  it("says what it would do, does it, and finds all of it there the second time", async () => {
    const cwd = await folderWithOldCache();
    expect(await larderJson(["migrate", "old", "--dry-run"], { cwd })).toMatchObject({
      dryRun: true,
      pending: 2,
      migrated: 0,
    });
    expect(await readdir(cwd)).toEqual(["old"]);
    expect(await larderJson(["migrate", "old"], { cwd })).toMatchObject({ migrated: 2, failed: [] });
    expect(await larderJson(["migrate", "old"], { cwd })).toMatchObject({ migrated: 0, present: 2 });
    expect((await runLarder(["export", "people"], { cwd })).stdout).toBe("id,name\n1,Ada\n2,Grace\n");
    expect(await readdir(join(cwd, "old"))).toHaveLength(2);
  });

  it("removes originals only when that was confirmed", async () => {
    const cwd = await folderWithOldCache();
    expect((await runLarder(["migrate", "old", "--remove-originals"], { cwd })).exitCode).toBe(2);
    expect(await readdir(join(cwd, "old"))).toHaveLength(2);
    const human = await runLarder(["migrate", "old", "--remove-originals", "--yes", "--to", "new"], { cwd });
    expect(human.stdout).toMatch(/Migrated 2 tables .* to new; 0 tables there already\.\nRemoved 2 original files\./);
    expect(await readdir(join(cwd, "old"))).toEqual([]);
  });

  it("names what could not be migrated, and ends with 1", async () => {
    const cwd = await folderWithOldCache();
    await writeFile(join(cwd, "old", "broken.json"), "[{");
    const run = await runLarder(["migrate", "old"], { cwd });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain("broken");
    expect(await larderJson(["migrate", "nowhere"], { cwd, exitCode: 1 })).toMatchObject({
      error: { code: "no-such-file" },
    });
  });
});
