// `npm run demo`, `npm test`, `npm run bench`, `npm run faults`: makes a fresh clone ready (installs and builds what is
// missing or out of date), then runs the command with its own arguments, exit code and signals.
//
// Node alone is needed to read this file: nothing is imported but what Node brings, and what needs a newer Node is
// imported only after the version has been looked at.
import { fileURLToPath } from "node:url";
import { requireNode } from "./node-version.mjs";

async function main() {
  if (!requireNode()) return 1;
  const { runCommand } = await import("./command.mjs");
  const root = fileURLToPath(new URL("../../", import.meta.url));
  return runCommand({ root, name: process.argv[2], args: process.argv.slice(3) });
}

main().then(
  (outcome) => {
    // A command that was ended by a signal ends this process the same way, as a shell expects.
    if (typeof outcome === "string") process.kill(process.pid, outcome);
    else process.exitCode = outcome;
  },
  (error) => {
    process.stderr.write(`${error?.userMessage ?? error?.stack ?? error}\n`);
    process.exitCode = 1;
  },
);
