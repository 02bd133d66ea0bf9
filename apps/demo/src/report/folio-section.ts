import { formatBytes, formatCount, formatSeconds } from "@larder/app-shared";
import { escapeHtml } from "@larder/pipeline/drawing";
import type { FolioAct } from "../folio/run-folio-act.js";

/** The act on a folio: what each reading asked the server for, and what the folio warned of. */
export function folioSection(
  { title, promise, steps }: Pick<FolioAct, "title" | "promise" | "steps">,
  number: number,
): string {
  const headings = ["Requests", "Downloaded", "Size of the file", "Time"];
  const warnings = steps.flatMap(({ step, warnings }) => warnings.map((warning) => `${step}: ${warning}`));
  return `<section class="card" id="act-${number}">
<h3>${escapeHtml(`Act ${number}. ${title}`)}</h3>
<p>${escapeHtml(`${promise} Counted at the server; every reading is a process of its own.`)}</p>
<div class="scroll" tabindex="0"><table class="database"><thead><tr><th scope="col">Reading</th><th scope="col">Of</th>${headings
    .map((heading) => `<th class="number" scope="col">${heading}</th>`)
    .join("")}</tr></thead>
<tbody>${steps.map(stepRow).join("\n")}</tbody></table></div>
${warnings.map((warning) => `<p class="soft">${escapeHtml(warning)}</p>`).join("\n")}
</section>`;
}

function stepRow(step: FolioAct["steps"][number]): string {
  const quantities = [
    formatCount(step.requests),
    formatBytes(step.bytes),
    step.fileBytes === null ? "" : formatBytes(step.fileBytes),
    formatSeconds(step.seconds),
  ];
  return `<tr><th scope="row">${escapeHtml(step.step)}</th><td>${escapeHtml(step.title)}</td>${quantities
    .map((text) => `<td class="number">${text}</td>`)
    .join("")}</tr>`;
}
