import { formatBytes, formatCount, formatSeconds } from "@larder/app-shared";
import { createColors } from "picocolors";
import { contentId } from "../content-id.js";
import type { AtlasRun } from "../run-atlas.js";
import { alignedLines } from "./aligned-lines.js";
import type { Section } from "./atlas-report.js";

/** Where a report goes. */
export interface ReportStream {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** The run as one JSON document of a stable form. */
export function documentOf(run: AtlasRun, seconds: number) {
  return {
    schema: "larder.atlas.v1",
    root: run.listing.root,
    files: run.listing.files.length,
    /** Different contents: as many extractions does an empty cache cost. */
    contents: contentsOf(run),
    extracted: run.counts.extracted,
    processes: run.counts.processes,
    seconds,
    steps: run.steps.map(({ node, decision, reason, seconds }) => ({
      step: node,
      decision,
      reason,
      seconds,
    })),
    warnings: run.warnings.map(({ code, message }) => ({ code, message })),
    ...run.report,
  };
}

/** Prints the run for a person; colours only on a terminal, and not with NO_COLOR. */
export function printReport(run: AtlasRun, seconds: number, stream: ReportStream): void {
  const noColor = process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== "";
  const colors = createColors(stream.isTTY === true && !noColor && process.env.TERM !== "dumb");
  const line = (text = "") => stream.write(`${text}\n`);
  const { report, listing, counts } = run;
  line(colors.bold(`Code atlas of ${listing.root}`));
  line();
  for (const text of totals(run)) line(text);
  printSection(report.own, "The repository");
  if (report.installed !== null) printSection(report.installed, "Installed packages");
  if (report.errors.length > 0) {
    line();
    line(colors.bold("Not understood, or not wholly"));
    for (const text of alignedLines(report.errors.map(({ path, error }) => [path, error]))) line(text);
  }
  line();
  const contents = contentsOf(run);
  const inProcesses =
    counts.processes === 0 ? "" : ` in ${counts.processes === 1 ? "a process" : `${counts.processes} processes`}`;
  line(
    `extracted ${formatCount(counts.extracted)} of ${formatCount(contents)} contents (${formatCount(listing.files.length)} files)${inProcesses}; ${formatSeconds(seconds)} in all`,
  );
  const steps = run.steps.map(({ node, decision, seconds }) => `${node} ${wordOf(decision)} ${formatSeconds(seconds)}`);
  line(colors.dim(steps.join(" · ")));
  for (const { message } of run.warnings) line(colors.dim(message));

  function printSection(section: Section, title: string): void {
    const list = (heading: string, rows: readonly (readonly string[])[], right: number) => {
      if (rows.length === 0) return;
      line();
      line(`${colors.bold(title)}: ${heading}`);
      for (const text of alignedLines(rows, right)) line(text);
    };
    list(
      "largest modules",
      section.largest.map(({ path, bytes, lines, symbols }) => [
        formatBytes(bytes),
        `${formatCount(lines)} lines`,
        `${formatCount(symbols)} symbols`,
        path,
      ]),
      3,
    );
    list(
      "most imported",
      section.mostImported.map(({ path, importedBy }) => [formatCount(importedBy), path]),
      1,
    );
    list(
      "most complex functions (cyclomatic)",
      section.mostComplex.map(({ path, line, name, complexity }) => [formatCount(complexity), name, `${path}:${line}`]),
      1,
    );
    list(
      `import cycles (${formatCount(section.cycleCount)})`,
      section.cycles.map(({ members, cycle }) => [
        `${formatCount(members)} modules`,
        [...cycle, cycle[0]!].join(" → "),
      ]),
      1,
    );
  }
}

function totals({ report }: AtlasRun): string[] {
  const rows = [
    ["", "files", "bytes", "lines", "symbols", "functions", "imports", "errors"],
    rowOf("the repository", report.own),
    ...(report.installed === null
      ? []
      : [rowOf(`${formatCount(report.packages)} installed packages`, report.installed)]),
  ];
  return alignedLines(rows, 8, 1);
}

function rowOf(name: string, { totals }: Section): string[] {
  const { files, bytes, lines, symbols, functions, imports, errors } = totals;
  const counts = [lines, symbols, functions, imports, errors].map(formatCount);
  return [name, formatCount(files), formatBytes(bytes), ...counts];
}

const words: Readonly<Record<string, string>> = { miss: "made", hit: "known", skipped: "known", "no-cache": "made" };

function wordOf(decision: string): string {
  return words[decision] ?? decision;
}

function contentsOf({ listing }: AtlasRun): number {
  return new Set(listing.files.map(contentId)).size;
}
