import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, type TestContext } from "vitest";
import { commands } from "../../src/commands/commands.js";
import { completionScript } from "../../src/completion/completion-script.js";
import { runLarder } from "../harness/run-larder.js";
import { workingFolder } from "../harness/working-folder.js";

function needs(ctx: TestContext, shell: string): void {
  if (spawnSync(shell, ["--version"]).error !== undefined) ctx.skip(`needs ${shell}`);
}

/** What bash offers at the end of a line. */
function offeredByBash(line: string, cwd: string): readonly string[] {
  const words = line.split(" ");
  const script = `${completionScript("bash", commands)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})
COMP_CWORD=${words.length - 1}
_larder
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["--norc", "-u", "-c", script], { cwd, encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((word) => word !== "");
}

describe("completion", () => {
  it("of bash offers commands, those of a group, options and their values", async (ctx) => {
    needs(ctx, "bash");
    const cwd = await workingFolder();
    await mkdir(join(cwd, "folder"));
    await writeFile(join(cwd, "file.parquet"), "");
    const top = offeredByBash("larder ", cwd);
    expect(top).toEqual(expect.arrayContaining(["cache", "run", "head", "completion"]));
    expect(offeredByBash("larder ca", cwd)).toEqual(["cache"]);
    const inCache = commands
      .filter(({ name }) => name.startsWith("cache "))
      .map(({ name }) => name.slice("cache ".length));
    expect(offeredByBash("larder cache ", cwd)).toEqual(inCache);
    expect(offeredByBash("larder cache st", cwd)).toEqual(["stats", "status"]);
    expect(offeredByBash("larder cache verify --f", cwd)).toEqual(["--fix"]);
    expect(offeredByBash("larder --json cache verify --f", cwd)).toEqual(["--fix"]);
    expect(offeredByBash("larder run x.ts --mode ", cwd)).toEqual(["local", "workers"]);
    expect(offeredByBash("larder run x.ts --mode w", cwd)).toEqual(["workers"]);
    expect(offeredByBash("larder head ", cwd)).toEqual(expect.arrayContaining(["file.parquet", "folder"]));
    expect(offeredByBash("larder cache stats -d ", cwd)).toEqual(["folder"]);
    expect(offeredByBash("larder cache stats x", cwd)).toEqual([]);
  });

  it("knows every command and option in every shell", () => {
    for (const shell of ["bash", "zsh", "fish"] as const) {
      const script = completionScript(shell, commands);
      for (const { name, options = [] } of commands) {
        expect(script, `${shell}: ${name}`).toContain(name.split(" ").at(-1));
        for (const option of options)
          expect(script).toContain(shell === "fish" ? `-l ${option.name}` : `--${option.name}`);
      }
    }
  });

  it("is a script that its shell can read", async (ctx) => {
    const cwd = await workingFolder();
    const read = { bash: ["-n"], zsh: ["-n"], fish: ["--no-execute"] } as const;
    let shells = 0;
    for (const shell of ["bash", "zsh", "fish"] as const) {
      if (spawnSync(shell, ["--version"]).error !== undefined) continue;
      shells++;
      const { stdout } = await runLarder(["completion", shell], { cwd });
      await writeFile(join(cwd, "script"), stdout);
      expect(spawnSync(shell, [...read[shell], "script"], { cwd, encoding: "utf8" })).toMatchObject({
        status: 0,
        stderr: "",
      });
    }
    if (shells === 0) ctx.skip("needs bash, zsh or fish");
    expect((await runLarder(["completion", "tcsh"], { cwd })).exitCode).toBe(2);
  });
});
