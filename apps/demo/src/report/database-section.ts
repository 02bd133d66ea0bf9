import { formatBytes, formatCount, formatSeconds } from "@larder/app-shared";
import { escapeHtml } from "@larder/pipeline/drawing";
import type { DatabaseAct } from "../database/run-database-act.js";

/** The act on a database: what each request was, and what the database was asked for it. */
export function databaseSection(
  { title, promise, steps }: Pick<DatabaseAct, "title" | "promise" | "steps">,
  number: number,
): string {
  const headings = ["Queries", "Rows asked", "Cells asked", "From the cache", "Time", "On disk"];
  return `<section class="card" id="act-${number}">
<h3>${escapeHtml(`Act ${number}. ${title}`)}</h3>
<p>${escapeHtml(`${promise} Counted at the connection to the database; every request is a process of its own.`)}</p>
<div class="scroll" tabindex="0"><table class="database"><thead><tr><th scope="col">Request</th><th scope="col">For</th>${headings
    .map((heading) => `<th class="number" scope="col">${heading}</th>`)
    .join("")}</tr></thead>
<tbody>${steps.map(stepRow).join("\n")}</tbody></table></div>
</section>`;
}

function stepRow(step: DatabaseAct["steps"][number]): string {
  const quantities = [
    formatCount(step.queries),
    formatCount(step.rowsAsked),
    formatCount(step.cellsAsked),
    formatCount(step.idsFromCache),
    formatSeconds(step.seconds),
    formatBytes(step.bytes),
  ];
  return `<tr><th scope="row">${escapeHtml(step.step)}</th><td>${escapeHtml(step.title)}</td>${quantities
    .map((text) => `<td class="number">${text}</td>`)
    .join("")}</tr>`;
}
