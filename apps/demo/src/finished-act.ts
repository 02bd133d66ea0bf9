import { formatSeconds } from "@larder/app-shared";
import { actTable } from "./act-table.js";
import type { FinishedAct, RunContext } from "./run-context.js";

/** Prints the table of an act and what it took. */
export function printAct({ print }: RunContext, { outcome, processSeconds }: FinishedAct): void {
  for (const line of actTable(outcome.nodes)) print.line(line);
  for (const { node, because } of outcome.reasons) print.line(`  why ${node}: ${because}`);
  print.soft(
    `  ${formatSeconds(outcome.seconds)} (${formatSeconds(processSeconds)} with the start and end of its process)`,
  );
}

/** What the report shows of a finished act. */
export function reportOf({ outcome }: FinishedAct) {
  const { processId, seconds, nodes, graph } = outcome;
  return {
    processId,
    seconds,
    nodes,
    graph,
    reasons: outcome.reasons.map(({ node, because }) => `Why ${node}: ${because}.`),
  };
}

/** What the JSON document says of a finished act. */
export function jsonOf({ outcome, processSeconds }: FinishedAct) {
  const { processId, seconds, nodes, counters, reasons } = outcome;
  return { processId, seconds, nodes, counters: { ...counters, processSeconds }, reasons };
}
