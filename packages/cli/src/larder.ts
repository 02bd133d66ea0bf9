#!/usr/bin/env node
import { larder } from "./main.js";

/** What is left to a program that was interrupted, for its output to be read. */
const lingersMs = 1000;

larder(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
    // A user's code that goes on after it was told to end keeps nobody waiting. What Larder has open is closed by now.
    if (exitCode > 128) setTimeout(() => process.exit(), lingersMs).unref();
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
