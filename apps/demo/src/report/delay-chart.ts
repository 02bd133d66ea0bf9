import { escapeHtml, shortened } from "@larder/pipeline/drawing";
import type { RankedAirport } from "../flights/ranking.js";

const width = 720;
const height = 340;
const plot = { left: 56, right: 560, top: 32, bottom: 290 };
const linesDrawn = 5;
/** Told apart by shape as well as by colour. */
const marks = [
  (x: number, y: number) => `<circle cx="${x}" cy="${y}" r="4"/>`,
  (x: number, y: number) => `<rect x="${x - 3.7}" y="${y - 3.7}" width="7.4" height="7.4"/>`,
  (x: number, y: number) => `<path d="M${x} ${y - 5}L${x + 4.6} ${y + 3.6}L${x - 4.6} ${y + 3.6}Z"/>`,
  (x: number, y: number) => `<path d="M${x} ${y - 5}L${x + 5} ${y}L${x} ${y + 5}L${x - 5} ${y}Z"/>`,
  (x: number, y: number) => `<path d="M${x - 4} ${y - 4}L${x + 4} ${y + 4}M${x - 4} ${y + 4}L${x + 4} ${y - 4}"/>`,
];

/**
 * The mean delay per month of the first five airports, as an SVG line chart with axes, units and a name at the end of
 * each line.
 *
 * @returns `undefined` when there is nothing to draw
 */
export function drawDelayChart(airports: readonly RankedAirport[]): string | undefined {
  const drawn = airports.slice(0, linesDrawn);
  const months = [...new Set(drawn.flatMap((airport) => airport.months.map(({ month }) => month)))].sort();
  const delays = drawn.flatMap((airport) => airport.months.map((month) => month.meanDelayMinutes));
  if (months.length === 0) return undefined;
  const ticks = niceTicks(Math.min(0, ...delays), Math.max(1, ...delays));
  const low = ticks[0]!;
  const high = ticks.at(-1)!;
  const y = (minutes: number) => round(plot.bottom - ((minutes - low) / (high - low)) * (plot.bottom - plot.top));
  const step = (plot.right - plot.left) / Math.max(months.length, 1);
  const x = (month: string) => round(plot.left + step * (months.indexOf(month) + 0.5));
  const labels = labelHeights(drawn.map((airport) => y(airport.months.at(-1)!.meanDelayMinutes)));
  const title = `Mean delay per flight by month, in minutes, at ${drawn.map(({ iata }) => iata).join(", ")}`;
  return `<svg class="chart" role="img" viewBox="0 0 ${width} ${height}" aria-label="${escapeHtml(title)}" xmlns="http://www.w3.org/2000/svg">
<g class="grid">${ticks.map((tick) => `<line x1="${plot.left}" x2="${plot.right}" y1="${y(tick)}" y2="${y(tick)}"${tick === 0 ? ' class="zero"' : ""}/>`).join("")}</g>
<g class="axis-labels">${ticks.map((tick) => `<text class="y-label" x="${plot.left - 8}" y="${y(tick) + 4}">${tick}</text>`).join("")}
${monthLabels(months, step, x)}
<text class="unit" x="${plot.left - 44}" y="12">minutes late</text><text class="unit axis-title" x="${(plot.left + plot.right) / 2}" y="${height - 6}">month of departure</text></g>
${drawn.map((airport, index) => drawLine(airport, index, x, y, labels[index]!)).join("\n")}
</svg>`;
}

function drawLine(
  airport: RankedAirport,
  index: number,
  x: (month: string) => number,
  y: (minutes: number) => number,
  labelY: number,
): string {
  const points = airport.months.map((month) => ({ ...month, x: x(month.month), y: y(month.meanDelayMinutes) }));
  const path = points.map((point, at) => `${at === 0 ? "M" : "L"}${point.x} ${point.y}`).join("");
  const dots = points.map((point) => {
    const told = `${airport.iata}, ${point.month}: ${point.meanDelayMinutes.toFixed(1)} min over ${point.flights.toLocaleString("en-US")} flights`;
    return `<g><title>${escapeHtml(told)}</title>${marks[index % marks.length]!(point.x, point.y)}</g>`;
  });
  const end = points.at(-1)!;
  const label = `${airport.iata} ${shortened(airport.city || airport.name, 14)}`;
  return `<g class="series series-${index}" data-airport="${escapeHtml(airport.iata)}"><path class="line" d="${path}"/>${dots.join("")}
<path class="leader" d="M${end.x + 7} ${end.y}L${plot.right + 8} ${labelY}"/>${marks[index % marks.length]!(plot.right + 16, labelY)}
<text class="series-label" x="${plot.right + 26}" y="${labelY + 4}">${escapeHtml(label)}</text></g>`;
}

/** Month names under the axis; with many months only every n-th, so that they don't run into each other. */
function monthLabels(months: readonly string[], step: number, x: (month: string) => number): string {
  const every = Math.max(1, Math.ceil(58 / step));
  return months
    .map((month, index) =>
      index % every === 0
        ? `<text class="x-label" x="${x(month)}" y="${plot.bottom + 20}">${escapeHtml(monthName(month))}</text>`
        : "",
    )
    .join("");
}

/** `2001-01` → `Jan 2001`. */
export function monthName(month: string): string {
  const names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const [year, number] = month.split("-");
  const name = names[Number(number) - 1];
  return name === undefined ? month : `${name} ${year}`;
}

/** Round numbers from at most `low` to at least `high`, four to eight of them. */
export function niceTicks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** Heights of the labels, moved apart where lines end close together. */
function labelHeights(wanted: readonly number[]): number[] {
  const gap = 17;
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]!);
  const heights = [...wanted];
  order.forEach((index, at) => {
    const above = order[at - 1];
    if (above !== undefined) heights[index] = Math.max(heights[index]!, heights[above]! + gap);
  });
  // What was pushed below the plot moves back up, and pushes what is above it.
  let floor = plot.bottom;
  for (const index of [...order].reverse()) {
    heights[index] = Math.min(heights[index]!, floor);
    floor = heights[index]! - gap;
  }
  return heights.map(round);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
