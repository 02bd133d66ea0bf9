import { main } from "./main.js";
import { oneSentence } from "./one-sentence.js";
import { progressLine } from "./progress.js";

main(process.argv.slice(2), { progress: progressLine(process.stderr) }).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`${oneSentence(error)}\n`);
    process.exitCode = 1;
  },
);
