import { formatBytes, formatCount, formatSeconds } from "@larder/app-shared";
import type { JsonValue } from "@larder/core";
import { decisionStyles, drawGraph, escapeHtml, graphStyle, signOf } from "@larder/pipeline/drawing";
import type { ActGraph, ActNode, ActOutput } from "../act-protocol.js";
import type { DatabaseAct } from "../database/run-database-act.js";
import type { RankedAirport } from "../flights/ranking.js";
import type { FolioAct } from "../folio/run-folio-act.js";
import { databaseSection } from "./database-section.js";
import { drawDelayChart, monthName } from "./delay-chart.js";
import { folioSection } from "./folio-section.js";
import { pageStyle } from "./page-style.js";

/** What the report shows of one act. */
export interface ReportAct {
  readonly title: string;
  readonly promise: string;
  readonly processId: number;
  readonly seconds: number;
  readonly nodes: readonly ActNode[];
  readonly graph: ActGraph;
  /** Why nodes ran, a sentence each. */
  readonly reasons: readonly string[];
}

/** What the report shows. */
export interface ReportContent {
  readonly title: string;
  readonly introduction: string;
  /** The ranking of the demo's own pipeline; absent for a user's. */
  readonly airports?: readonly RankedAirport[];
  /** Outputs of a user's pipeline. */
  readonly outputs?: readonly ActOutput[];
  readonly acts: readonly ReportAct[];
  /** The act on a database; absent where there was none. */
  readonly database?: Pick<DatabaseAct, "title" | "promise" | "steps">;
  /** The act on a folio; absent where there was none. */
  readonly folio?: Pick<FolioAct, "title" | "promise" | "steps">;
  /** Facts at the end, such as versions. */
  readonly facts: Readonly<Record<string, JsonValue>>;
}

/** The report of a run as one HTML file that needs nothing else: no script, no network. */
export async function reportPage(content: ReportContent): Promise<string> {
  const sections = content.acts.map((act, index) => actSection(act, index, content.acts.length));
  const acts = await Promise.all(sections);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(content.title)}</title>
<link rel="icon" href="data:,">
<style>${graphStyle}${pageStyle}</style>
</head>
<body>
<main>
<h1>${escapeHtml(content.title)}</h1>
<p>${escapeHtml(content.introduction)}</p>
${content.airports === undefined ? "" : answerSection(content.airports)}
${(content.outputs ?? []).map(outputSection).join("\n")}
<h2>What ran</h2>
<ul class="legend">${decisionStyles
    .filter(({ decision }) => content.acts.some((act) => act.nodes.some((node) => node.decision === decision)))
    .map(
      ({ decision, sign, meaning }) => `<li><span class="decision decision-${decision}">${sign}</span> ${meaning}</li>`,
    )
    .join("")}</ul>
${acts.join("\n")}
${content.database === undefined ? "" : databaseSection(content.database, content.acts.length + 1)}
${content.folio === undefined ? "" : folioSection(content.folio, content.acts.length + (content.database === undefined ? 1 : 2))}
<p class="soft">${Object.entries(content.facts)
    .map(([name, value]) => `${escapeHtml(name)}: ${escapeHtml(String(value))}`)
    .join(" · ")}</p>
</main>
</body>
</html>
`;
}

function answerSection(airports: readonly RankedAirport[]): string {
  const chart = drawDelayChart(airports);
  if (chart === undefined) return `<h2>The slowest airports</h2><p>No airport has enough flights to be ranked.</p>`;
  const months = [...new Set(airports.flatMap((airport) => airport.months.map(({ month }) => month)))].sort();
  const rows = airports.map((airport) => {
    const byMonth = new Map(airport.months.map((month) => [month.month, month.meanDelayMinutes]));
    const place = [airport.name, airport.city, airport.state].filter((part) => part !== "").join(", ");
    return `<tr><td class="number">${airport.rank}</td><th scope="row">${escapeHtml(airport.iata)}</th><td>${escapeHtml(place)}</td>
<td class="number">${formatCount(airport.flights)}</td><td class="number">${airport.meanDelayMinutes.toFixed(1)}</td><td>${escapeHtml(monthName(airport.worstMonth))}</td>
${months.map((month) => `<td class="number">${byMonth.get(month)?.toFixed(1) ?? "–"}</td>`).join("")}</tr>`;
  });
  const headings = ["Flights", "Mean", "Worst month", ...months.map(monthName)];
  return `<h2>The slowest airports</h2>
<div class="card"><figure><figcaption>Mean delay per flight by month, in minutes: the five slowest airports of departure</figcaption>
<div class="scroll" tabindex="0">${chart}</div></figure></div>
<div class="card scroll" tabindex="0"><table class="answer"><caption>Mean delay per flight in minutes, by airport of departure</caption>
<thead><tr><th class="number" scope="col">#</th><th scope="col">Airport</th><th scope="col">Place</th>${headings
    .map(
      (heading) => `<th scope="col"${heading === "Worst month" ? "" : ' class="number"'}>${escapeHtml(heading)}</th>`,
    )
    .join("")}</tr></thead>
<tbody>${rows.join("\n")}</tbody></table></div>`;
}

function outputSection({ name, preview }: ActOutput): string {
  return `<h2>${escapeHtml(name)}</h2>\n<div class="card"><pre>${escapeHtml(preview)}</pre></div>`;
}

async function actSection(act: ReportAct, index: number, count: number): Promise<string> {
  const name = count === 1 ? "" : `Act ${index + 1}. `;
  const counted = decisionStyles
    .map(({ decision }) => ({ decision, count: act.nodes.filter((node) => node.decision === decision).length }))
    .filter(({ count }) => count > 0)
    .map(({ decision, count }) => `${count} ${decision}`)
    .join(", ");
  const summary = `${act.promise} ${formatSeconds(act.seconds)} in process ${act.processId}: ${counted}.`.trim();
  const picture = await drawGraph(act.graph, { from: act, title: `Graph of the run: ${counted}` });
  return `<section class="card" id="act-${index + 1}">
<h3>${escapeHtml(`${name}${act.title}`)}</h3>
<p>${escapeHtml(summary)}</p>
${act.reasons.map((reason) => `<p class="soft">${escapeHtml(reason)}</p>`).join("")}
<div class="scroll" tabindex="0">${picture}</div>
<details${count === 1 ? " open" : ""}><summary>All nodes</summary><div class="scroll"><table>
<thead><tr><th scope="col">Node</th><th scope="col">Decision</th><th scope="col">Reason</th>${[
    "Time",
    "Saved",
    "Rows",
    "Size",
  ]
    .map((heading) => `<th class="number" scope="col">${heading}</th>`)
    .join("")}</tr></thead>
<tbody>${act.nodes.map(nodeRow).join("\n")}</tbody></table></div></details>
</section>`;
}

function nodeRow(node: ActNode): string {
  const quantities = [
    formatSeconds(node.seconds),
    formatSeconds(node.savedSeconds),
    formatCount(node.rows),
    formatBytes(node.bytes),
  ];
  return `<tr><th scope="row">${escapeHtml(node.node)}</th><td><span class="decision decision-${node.decision}">${signOf(node.decision)} ${node.decision}</span></td><td>${escapeHtml(node.reason)}</td>${quantities
    .map((text) => `<td class="number">${text}</td>`)
    .join("")}</tr>`;
}
