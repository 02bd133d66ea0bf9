import { readCommandLine } from "./command-line.js";
import { oneSentence } from "./one-sentence.js";
import { printer } from "./printer.js";
import { runPipeline } from "./run-pipeline.js";
import { runStory } from "./run-story.js";
import { watchInterrupts } from "./watch-interrupts.js";

/** Runs the demo and returns its exit code. */
async function main(): Promise<number> {
  const interrupts = watchInterrupts();
  try {
    const options = readCommandLine(process.argv.slice(2), workingDirectory());
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

/** Where relative paths begin: npm runs scripts in the repository's root, whatever folder it was called in. */
function workingDirectory(): string {
  return process.env.npm_lifecycle_event === "demo" ? (process.env.INIT_CWD ?? process.cwd()) : process.cwd();
}

main().then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`${oneSentence(error)}\n`);
    process.exitCode = 1;
  },
);
