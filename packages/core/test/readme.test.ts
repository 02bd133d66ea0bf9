import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const work = fileURLToPath(new URL(`../.work/readme-${process.pid}/`, import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** The `ts` blocks of a page, and what each should print: the comments that end its `console.log` lines. */
function examples(page: string): { name: string; code: string }[] {
  const text = readFileSync(fileURLToPath(new URL(page, import.meta.url)), "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code], i) => ({
    name: `example ${i + 1} of ${page}`,
    code: code!,
  }));
}

describe("every example in the documentation runs as it stands", () => {
  for (const { name, code } of [...examples("../README.md"), ...examples("../../../docs/custom-backend.md")]) {
    test(name, () => {
      const folder = `${work}${name.replaceAll(/\W+/g, "-")}/`;
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${folder}example.ts`, `${code}\nexport {};\n`);
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ["--conditions=larder-source", "--import", tsx, "example.ts"],
        { cwd: folder, encoding: "utf8", timeout: 50_000, env: { ...process.env, VITEST: "", NODE_OPTIONS: "" } },
      );
      expect(status, stderr).toBe(0);
      for (const expected of printed(code)) expect(stdout).toContain(expected);
    });
  }
});

/** What the page says is printed: `console.log(…); // this`. */
function printed(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*\); \/\/ ([^,…\n]+)$/gm)].map(([, text]) => text!);
}
