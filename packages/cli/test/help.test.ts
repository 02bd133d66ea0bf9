import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { exitCodes } from "../src/commands/command.js";
import { commands } from "../src/commands/commands.js";
import { larderJson, runLarder } from "./harness/run-larder.js";
import { workingFolder } from "./harness/working-folder.js";

describe("help", () => {
  it("lists every command, the exit codes, and fits its width", async () => {
    const cwd = await workingFolder();
    const { stdout, exitCode } = await runLarder(["--help"], { cwd });
    expect(exitCode).toBe(0);
    for (const { name } of commands) expect(stdout).toContain(name);
    for (const code of Object.values(exitCodes)) expect(stdout).toMatch(new RegExp(`^ +${code} `, "m"));
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  it("of a command has its arguments, options, examples and exit codes", async () => {
    const cwd = await workingFolder();
    for (const command of commands.filter((_, at) => at % 5 === 0)) {
      const { stdout } = await runLarder([...command.name.split(" "), "--help"], { cwd });
      for (const { name } of [...(command.options ?? []), { name: "json" }]) expect(stdout).toContain(`--${name}`);
      for (const { name } of command.arguments ?? []) expect(stdout).toContain(name);
      for (const example of command.examples) expect(stdout).toContain(example.command);
      expect(stdout).toContain("Exit codes: 0 done");
    }
  });

  it("is what the README says: every command is in its table", async () => {
    const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
    for (const { name } of commands) expect(readme).toMatch(new RegExp(`\\| .*\`${name}[ \`]`));
    for (const code of Object.values(exitCodes)) expect(readme).toContain(`| ${code} | `);
  });

  it("tells the version, and errors as JSON where that is asked for", async () => {
    const cwd = await workingFolder();
    expect((await runLarder(["--version"], { cwd })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const { error } = await larderJson<{ error: object }>(["cache", "stast"], { cwd, exitCode: 2 });
    expect(error).toEqual({
      code: "usage",
      message: expect.stringContaining("cache stats"),
      facts: { command: "cache stast", nearest: "cache stats" },
    });
  });
});
