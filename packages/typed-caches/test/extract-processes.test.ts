import { mkdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryDirectory } from "./both-caches.js";
import { startProgram } from "./run-program.js";

it("extracts each file once over four processes, also when one of them is killed", async () => {
  const directory = await temporaryDirectory();
  const [cache, files, log] = ["cache", "files", "log"].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(files);
  const names = Array.from({ length: 2000 }, (_, at) => `file-${at}`);
  for (const name of names) {
    await writeFile(join(files, name), `content of ${name}`);
    await utimes(join(files, name), 1_000_000_000, 1_000_000_000);
  }
  await writeFile(log, "");
  const programs = Array.from({ length: 4 }, () => startProgram("extract-files", [cache, files, log]));
  await Promise.all(programs.map((program) => program.printed("ready")));
  for (const { child } of programs) child.stdin!.write("go\n");
  const killed = programs[0]!;
  const watch = async () => {
    while (!(await readFile(log, "utf8")).includes(`${killed.child.pid} `)) await new Promise(setImmediate);
    killed.child.kill("SIGKILL");
  };
  await Promise.race([watch(), killed.ended]);
  const ended = await Promise.all(programs.map((program) => program.ended));
  const sum = names.reduce((total, name) => total + `content of ${name}`.length, 0);
  for (const { output, errors } of ended.slice(1)) expect(output, errors).toContain(`sum ${sum}`);

  const lines = (await readFile(log, "utf8")).trim().split("\n");
  const byOthers = lines
    .filter((line) => !line.startsWith(`${killed.child.pid} `))
    .map((line) => line.slice(line.indexOf(" ")));
  // What the killed one had begun is extracted once more, everything else once.
  expect(new Set(byOthers).size).toBe(byOthers.length);
  expect(new Set(lines.map((line) => line.slice(line.indexOf(" ")))).size).toBe(names.length);
  expect(new Set(lines.map((line) => line.split(" ")[0])).size).toBeGreaterThan(1);
});
