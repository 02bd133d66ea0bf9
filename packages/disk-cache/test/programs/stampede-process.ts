// Hands the questions it reads from its standard input, one a line, to its worker threads, and prints what they say.
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";

const [directory, threads, program] = process.argv.slice(2) as [string, string, string];

const workers = Array.from({ length: Number(threads) }, () => {
  const worker = new Worker(program, { argv: [directory] });
  worker.on("message", (message) => console.log(JSON.stringify(message)));
  worker.on("error", (error) => {
    console.error(error);
    process.exitCode = 1;
  });
  return worker;
});

let ending = false;

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const command = JSON.parse(line);
    ending ||= command === "end";
    if (typeof command.terminate !== "number") {
      for (const worker of workers) worker.postMessage(command);
      return;
    }
    const worker = workers.find(({ threadId }) => threadId === command.terminate);
    void worker?.terminate().then(() => console.log(JSON.stringify({ said: "terminated" })));
  })
  .on("close", () => {
    // Whoever started this is gone: its threads must not go on without end.
    if (!ending) process.exit(1);
  });
