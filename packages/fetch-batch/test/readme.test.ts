import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";

const work = fileURLToPath(new URL(`../.work/readme-${process.pid}/`, import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
afterAll(() => rmSync(work, { recursive: true, force: true }));

const page = readFileSync(fileURLToPath(new URL("../README.md", import.meta.url)), "utf8");

for (const [i, [, code]] of [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].entries()) {
  test(`example ${i + 1} of the README runs as it stands, and prints what it says`, () => {
    const folder = `${work}${i}/`;
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}example.ts`, `${code}\nexport {};\n`);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--conditions=larder-source", "--import", tsx, "example.ts"],
      { cwd: folder, encoding: "utf8", timeout: 50_000, env: { ...process.env, VITEST: "", NODE_OPTIONS: "" } },
    );
    expect(status, stderr).toBe(0);
    for (const [, expected] of code!.matchAll(/console\.log\(.*\); \/\/ ([^…\n]+)$/gm)) {
      expect(stdout).toContain(expected);
    }
  });
}
