import { oneSentence } from "./one-sentence.js";

/** Ends the process with the exit code of its program, once nothing is left to do; with 1 and a sentence when that fails. */
export function exitWith(program: Promise<number>): void {
  program.then(
    (exitCode) => {
      process.exitCode = exitCode;
    },
    (error: unknown) => {
      process.stderr.write(`${oneSentence(error)}\n`);
      process.exitCode = 1;
    },
  );
}
