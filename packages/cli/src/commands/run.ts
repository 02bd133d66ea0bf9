import type { RunReport } from "@larder/pipeline";
import { shownPath } from "../caches/shown-cache.js";
import { messageOf } from "../failures/tell-error.js";
import { redactedJson } from "../output/redacted-json.js";
import { type OpenRunner, withRunner } from "../pipelines/open-runner.js";
import { keepRun } from "../pipelines/run-record.js";
import { tellNodes } from "../pipelines/tell-nodes.js";
import { isTable, valueJson } from "../pipelines/value-json.js";
import { exitCodes } from "./command.js";
import type { CommandContext } from "./command-context.js";

export async function run(context: CommandContext): Promise<number> {
  const startedAt = new Date(context.surroundings.now()).toISOString();
  let id = "";
  const onEvent = (event: { readonly run: string }) => {
    id = event.run;
  };
  return withRunner(context, { lookOnly: false, onEvent }, async (open) => {
    const { runner, pipeline, inputs } = open;
    const wanted = context.given.list("output");
    const request = { inputs, signal: context.signal, ...(wanted.length > 0 && { outputs: wanted }) };
    try {
      const { outputs, report } = await runner.run(pipeline, request);
      await keep(open, { run: id, startedAt, outcome: "done", message: null, report });
      tellRun(context, open, outputs, report);
      return exitCodes.done;
    } catch (error) {
      const report = reportIn(error);
      if (report !== undefined) {
        const outcome = context.signal.aborted ? "aborted" : "failed";
        await keep(open, { run: id, startedAt, outcome, message: messageOf(error), report });
        if (!context.output.json) context.output.line(totalsOf(report));
      }
      throw error;
    }
  });
}

async function keep(
  { cache, directory, file }: OpenRunner,
  { report, ...rest }: Omit<Parameters<typeof keepRun>[1], "file" | "report"> & { readonly report: RunReport },
): Promise<void> {
  if (directory === undefined || rest.run === "") return;
  // A run that is not on record is still a run: a full disk must not fail it.
  await keepRun(cache, { ...rest, file, report: redactedJson(report.toJSON()) }).catch(() => undefined);
}

function reportIn(error: unknown): RunReport | undefined {
  const report = typeof error === "object" && error !== null && "report" in error ? error.report : undefined;
  return typeof report === "object" && report !== null && "toJSON" in report ? (report as RunReport) : undefined;
}

function totalsOf({ totals }: RunReport): string {
  const { misses, hits, skipped, uncached, failed, notRun } = totals;
  const parts = [
    [misses + uncached, "ran"],
    [hits + skipped, "from the cache"],
    [failed, "failed"],
    [notRun, "not run"],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(", ");
}

function tellRun(
  { output, surroundings }: CommandContext,
  { directory }: OpenRunner,
  outputs: Readonly<Record<string, unknown>>,
  report: RunReport,
): void {
  const shown = Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, valueJson(value)]));
  output.document({ report: redactedJson(report.toJSON()), outputs: shown, directory: directory ?? null });
  tellNodes(output, redactedJson(report.toJSON()).nodes);
  for (const [name, value] of Object.entries(outputs)) {
    output.line();
    output.line(output.colours.bold(output.safe(name)));
    if (isTable(value)) tellRows(output, value);
    else for (const line of JSON.stringify(shown[name], undefined, 2).split("\n")) output.line(output.safe(line));
  }
  output.line();
  const where = directory === undefined ? "" : `; results in ${shownPath(directory, surroundings)}`;
  output.line(output.colours.dim(`${totalsOf(report)}${where}`));
}

function tellRows(output: CommandContext["output"], value: unknown): void {
  const { rows, columns, head } = valueJson(value) as {
    readonly rows: number;
    readonly columns: readonly { readonly name: string }[];
    readonly head: readonly Readonly<Record<string, unknown>>[];
  };
  const names = columns.map(({ name }) => name);
  const cell = (item: unknown) => (typeof item === "string" ? item : JSON.stringify(item ?? null));
  output.table(
    names.map((title, at) => ({ title, narrowsTo: 6, ...(at > 0 && { leftOut: at }) })),
    head.map((row) => names.map((name) => cell(row[name]))),
  );
  if (rows > head.length) output.line(output.colours.dim(`(${head.length} of ${rows} rows)`));
}
