import { exitWith, oneSentence, watchInterrupts, workingDirectory } from "@larder/app-shared";
import { readCommandLine } from "./command-line.js";
import { printer } from "./printer.js";
import { runPipeline } from "./run-pipeline.js";
import { runStory } from "./run-story.js";

/** Runs the demo and returns its exit code. */
async function main(): Promise<number> {
  const interrupts = watchInterrupts("demo");
  try {
    const options = readCommandLine(process.argv.slice(2), workingDirectory("demo"));
    if (options === undefined) return 0;
    const print = printer(options.json);
    const context = { options, print, interrupts };
    return await (options.pipeline === undefined ? runStory(context) : runPipeline(context));
  } catch (error) {
    if (interrupts.exitCode !== undefined) return interrupts.exitCode;
    process.stderr.write(`${oneSentence(error)}\n`);
    return 1;
  }
}

exitWith(main());
