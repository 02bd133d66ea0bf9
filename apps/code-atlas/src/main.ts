import { fileURLToPath } from "node:url";
import { oneSentence, watchInterrupts, workingDirectory } from "@larder/app-shared";
import { LarderError } from "@larder/core";
import { readCommandLine } from "./command-line.js";
import type { AtlasContext } from "./run-atlas.js";

/** Errors of who asked, rather than of what was done. */
const mistakes = new Set(["bad-option", "no-sources", "not-a-directory", "invalid-option"]);

/**
 * Runs the atlas.
 *
 * @param argv - arguments, without program and file
 * @param watchers - told of what happens meanwhile
 * @returns the exit code
 */
export async function main(
  argv: readonly string[],
  watchers: Pick<AtlasContext, "progress" | "onProcess">,
): Promise<number> {
  const started = performance.now();
  const interrupts = watchInterrupts("atlas");
  try {
    const home = fileURLToPath(new URL("../../../", import.meta.url));
    const options = readCommandLine(argv, workingDirectory("atlas"), home);
    if (options === undefined) return 0;
    // What is heavy is loaded when it is known to be needed.
    const { runAtlas } = await import("./run-atlas.js");
    const run = await runAtlas({ options, signal: interrupts.signal, ...watchers });
    const { documentOf, printReport } = await import("./report/print-report.js");
    const seconds = (performance.now() - started) / 1000;
    if (options.json) process.stdout.write(`${JSON.stringify(documentOf(run, seconds), undefined, 2)}\n`);
    else printReport(run, seconds, process.stdout);
    return interrupts.exitCode ?? 0;
  } catch (error) {
    if (interrupts.exitCode !== undefined) return interrupts.exitCode;
    process.stderr.write(`${oneSentence(error)}\n`);
    return LarderError.isInstance(error) && mistakes.has(error.code) ? 2 : 1;
  }
}
