import { fileURLToPath } from "node:url";
import { oneSentence, watchInterrupts } from "@larder/app-shared";
import { runFolioAct } from "../../src/folio/run-folio-act.js";
import { printer } from "../../src/printer.js";

// The act on a folio alone, as the demo tells it; prints it as JSON. Arguments: folder, flights, airports, directory of the cache.
const [base, source, airportsSource, directory] = process.argv.slice(2) as [string, string, string, string];
const interrupts = watchInterrupts("demo");
const context = { options: { base, json: true, inputs: {}, clear: false }, print: printer(true), interrupts };
runFolioAct(context, {
  name: "Act 8 of 8",
  pipelineFile: fileURLToPath(new URL("../../src/flights/pipeline.ts", import.meta.url)),
  inputs: { source: { file: source }, airportsSource: { file: airportsSource }, minimumFlights: { value: 1 } },
  cache: { kind: "directory", directory },
}).then(
  (act) => context.print.document(act),
  (error: unknown) => {
    process.exitCode = interrupts.exitCode ?? 1;
    process.stderr.write(`${oneSentence(error)}\n`);
  },
);
