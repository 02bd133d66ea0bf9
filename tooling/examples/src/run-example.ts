import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Example } from "./examples.js";

const timeLimitMs = 60_000;

/** A folder for one example within `work`, named after where it stands, as in "packages-core-README.md-12". */
export function exampleFolder(work: string, { page, line }: Pick<Example, "page" | "line">): string {
  return join(work, `${page.replaceAll("/", "-")}-${line}`);
}

/** Writes the example to its folder, emptied before, as example.ts. */
export function writeExample(work: string, example: Example): string {
  const folder = exampleFolder(work, example);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // Whatever the page says, the file is a module.
  writeFileSync(join(folder, "example.ts"), `${example.code}\nexport {};\n`);
  return folder;
}

/**
 * Runs an example in a process of its own, its folder being the current directory, our packages being their sources.
 *
 * @returns undefined when it ended well within 60 s; otherwise what went wrong, with the place in the page and the output
 */
export function runExample(work: string, example: Example): Promise<string | undefined> {
  const folder = writeExample(work, example);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--conditions=larder-source", "--import", "tsx", "example.ts"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeLimitMs,
      killSignal: "SIGKILL",
      env: { ...process.env, NODE_OPTIONS: "", VITEST: undefined, NODE_ENV: undefined, NO_COLOR: "1" },
    });
    const parts: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => parts.push(part));
    child.stderr.on("data", (part: Buffer) => parts.push(part));
    child.on("error", (error) => parts.push(Buffer.from(error.message)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(undefined);
      const reason =
        signal === "SIGKILL"
          ? `ran for more than ${timeLimitMs / 1000} s`
          : `ended with ${signal ?? `exit code ${code}`}`;
      // Lines of the file are those of the page, further down.
      const place = `${example.page}:${example.line}`;
      const hint = `(line N of example.ts is line N + ${example.line - 1} of the page)`;
      resolve(`The example at ${place} ${reason} ${hint}:\n${Buffer.concat(parts).toString("utf8")}`);
    });
  });
}
