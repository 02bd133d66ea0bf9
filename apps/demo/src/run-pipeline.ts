import { basename, join } from "node:path";
import type { ActCache } from "./act-protocol.js";
import { checkBackend } from "./check-backend.js";
import { jsonOf, printAct, reportOf } from "./finished-act.js";
import { factsOfMachine, finishAct, type RunContext, reportPath, writeReport } from "./run-context.js";
import { openKeptDirectory } from "./story-directory.js";

/** Runs a user's own pipeline once, on a cache that is kept from one run to the next. */
export async function runPipeline(context: RunContext): Promise<number> {
  const { options, print } = context;
  const file = options.pipeline!;
  print.heading(`Pipeline ${file}`);
  if (options.backend !== undefined) await checkBackend(context, options.backend);
  const done = await finishAct(
    context,
    {
      task: "run",
      pipelineFile: file,
      inputs: options.inputs,
      cache: openCache(context),
      ...(options.outputs === undefined ? {} : { outputs: options.outputs }),
    },
    "it",
  );
  printAct(context, done);
  for (const { name, preview } of done.outcome.outputs) {
    print.line();
    print.heading(name);
    print.line(preview);
  }
  const path = reportPath(options);
  const { reportPage } = await import("./report/report-page.js");
  await writeReport(
    path,
    await reportPage({
      title: `Run of ${basename(file)}`,
      introduction: file,
      outputs: done.outcome.outputs,
      acts: [{ title: "The run", promise: "", ...reportOf(done) }],
      facts: factsOfMachine(),
    }),
  );
  print.line();
  print.line(`Report: ${path}`);
  print.document({
    acts: [{ act: "run", title: basename(file), ...jsonOf(done) }],
    answer: Object.fromEntries(done.outcome.outputs.map(({ name, value }) => [name, value])),
    report: path,
  });
  return 0;
}

function openCache({ options, print }: RunContext): ActCache {
  if (options.backend !== undefined) return { kind: "module", file: options.backend, clear: options.clear };
  const { directory, found } = openKeptDirectory(
    options.directory ?? join(options.base, ".larder-demo", "pipeline"),
    options.clear,
  );
  print.soft(`Cache: ${directory}${found ? " (found)" : " (new)"}`);
  return { kind: "directory", directory };
}
