import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { terminalProgress } from "../../src/progress/terminal-progress.js";
import { progressAt } from "./progress-events.js";

const stayAlive = () => setInterval(() => undefined, 1000);

/** What the program does once it has drawn something. */
const endings: Readonly<Record<string, () => unknown>> = {
  ended: () => {
    progress(progressAt(10));
    progress.ended();
  },
  thrown: () => {
    throw new Error("thrown on purpose");
  },
  exit: () => process.exit(3),
  stay: stayAlive,
  handled: () => {
    process.once("SIGINT", () => {
      process.stderr.write("handled");
      process.exit(0);
    });
    stayAlive();
  },
  resized: async () => {
    spawnSync("stty", ["cols", "30"], { stdio: "inherit" });
    const alive = stayAlive();
    if (process.stderr.columns !== 30) await once(process.stderr, "resize");
    clearInterval(alive);
    process.stderr.write("RESIZED");
    progress(progressAt(10));
    progress.ended();
  },
};

const progress = terminalProgress();
progress(progressAt(5));
void endings[process.argv[2]!]!();
