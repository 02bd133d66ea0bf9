import { isDeepStrictEqual } from "node:util";
import { formatSeconds } from "@larder/app-shared";
import { LarderError } from "@larder/core";
import type { DatabaseAct } from "./database/run-database-act.js";
import { jsonOf, reportOf } from "./finished-act.js";
import type { Answer } from "./flights/summary.js";
import type { FolioAct } from "./folio/run-folio-act.js";
import { type FinishedAct, factsOfMachine, type RunContext, reportPath, writeReport } from "./run-context.js";
import type { StoryAct } from "./story.js";

/**
 * Compares the answers with and without a cache, says what came of it all, and writes report and document.
 *
 * @param further - the acts on a database, unless it was left out, and on a folio
 * @throws LarderError `wrong-answer`, `report-not-written`
 */
export async function concludeStory(
  context: RunContext,
  acts: readonly StoryAct[],
  finished: readonly FinishedAct[],
  { database, folio }: { readonly database: DatabaseAct | undefined; readonly folio: FolioAct },
): Promise<void> {
  const { options, print } = context;
  const answers = finished.map(
    ({ outcome }) => outcome.outputs.find(({ name }) => name === "answer")?.value as unknown as Answer,
  );
  const [answer] = answers as [Answer];
  const lastCached = acts.map((act) => act.cached).lastIndexOf(true);
  const uncached = acts.findIndex((act) => !act.cached);
  if (!isDeepStrictEqual(answers[lastCached], answers[uncached])) {
    throw new LarderError(
      "The answer from the cache differs from the answer without a cache. That is a defect of Larder: please report it, with this output.",
      { code: "wrong-answer" },
    );
  }
  const overhead = {
    coldSeconds: finished[0]!.outcome.seconds,
    uncachedSeconds: finished[uncached]!.outcome.seconds,
    ratio: finished[0]!.outcome.seconds / finished[uncached]!.outcome.seconds,
  };
  const counted = finished[0]!.outcome.counters.misses === finished[0]!.outcome.nodes.length;
  print.line();
  print.line(answer.text);
  print.line();
  print.line("The answer from the cache is the answer without a cache.");
  if (counted) {
    print.line(
      `Cold and storing everything: ${formatSeconds(overhead.coldSeconds)}; without a cache: ${formatSeconds(overhead.uncachedSeconds)}; ratio ${overhead.ratio.toFixed(2)}.`,
    );
  }
  const path = reportPath(options);
  const { reportPage } = await import("./report/report-page.js");
  await writeReport(
    path,
    await reportPage({
      title: "Which airports make their passengers wait?",
      introduction: answer.text.split("\n")[0]!.replace(/:$/, "."),
      airports: answer.airports,
      acts: acts.map((act, index) => ({ ...act, ...reportOf(finished[index]!) })),
      ...(database === undefined ? {} : { database }),
      folio,
      facts: factsOfMachine(),
    }),
  );
  print.line(`Report: ${path}`);
  print.document({
    acts: [
      ...finished.map((done, index) => ({
        act: acts[index]!.act,
        title: acts[index]!.title,
        ...jsonOf(done),
        answer: answers[index],
      })),
      ...(database === undefined ? [] : [jsonOfDatabaseAct(database)]),
      jsonOfFolioAct(folio),
    ],
    answer,
    overhead: counted ? overhead : null,
    report: path,
  });
}

function jsonOfDatabaseAct({ promise: _, steps, ...act }: DatabaseAct) {
  return { act: "database", ...act, reasons: [], steps: steps.map(({ ok: _, head: __, ...step }) => step) };
}

function jsonOfFolioAct({ promise: _, steps, ...act }: FolioAct) {
  return { act: "folio", ...act, reasons: [], steps: steps.map(({ ok: _, value: __, ...step }) => step) };
}
