import { oneSentence, watchInterrupts } from "@larder/app-shared";
import { runDatabaseAct } from "../../src/database/run-database-act.js";
import { printer } from "../../src/printer.js";

// The act on a database alone, as the demo tells it; prints it as JSON. Arguments: folder, flights, airports, directory of the cache.
const [base, flightsFile, airportsFile, directory] = process.argv.slice(2) as [string, string, string, string];
const interrupts = watchInterrupts("demo");
const context = { options: { base, json: true, inputs: {}, clear: false }, print: printer(true), interrupts };
runDatabaseAct(context, { name: "Act 7 of 7", flightsFile, airportsFile, directory }).then(
  (act) => context.print.document(act ?? null),
  (error: unknown) => {
    process.exitCode = interrupts.exitCode ?? 1;
    process.stderr.write(`${oneSentence(error)}\n`);
  },
);
