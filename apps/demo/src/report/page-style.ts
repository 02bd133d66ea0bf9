/** The style of the report beside that of its graphs: light and dark by the reader's setting, wide and narrow. */
export const pageStyle = `
:root { --series-0: #b4501e; --series-1: #22628f; --series-2: #2a7a3b; --series-3: #8a3d84; --series-4: #6b5d16; }
@media (prefers-color-scheme: dark) { :root { --series-0: #f09a66; --series-1: #76b7e6; --series-2: #6fcf87; --series-3: #dd93d6; --series-4: #d6c27c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, "Segoe UI", "Liberation Sans", sans-serif; }
main { max-width: 75rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0.5rem 0; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 0.5rem; }
h3 { font-size: 1.05rem; margin: 0 0 0.25rem; }
p { margin: 0.25rem 0 0.75rem; max-width: 46rem; }
.soft, caption, figcaption { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 1rem 0; }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: 2px solid var(--series-1); outline-offset: 2px; }
figure { margin: 0; }
table { border-collapse: collapse; font-size: 0.9rem; width: 100%; }
caption { text-align: left; padding-bottom: 0.4rem; }
th, td { text-align: left; padding: 0.3rem 0.7rem 0.3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; white-space: nowrap; }
.answer td:nth-child(3) { min-width: 11rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 0.85rem/1.5 ui-monospace, "Liberation Mono", monospace; margin: 0.5rem 0; }
.chart { display: block; width: 100%; min-width: 34rem; max-width: 56rem; height: auto; font-size: 13px; }
.grid line { stroke: var(--line); } .grid .zero { stroke: var(--soft); }
.axis-labels text { fill: var(--soft); } .y-label { text-anchor: end; } .x-label, .axis-title { text-anchor: middle; }
.series { stroke: var(--series); fill: var(--series); } .series text { stroke: none; fill: var(--text); }
.series .line { fill: none; stroke-width: 2; } .series .leader { fill: none; stroke-width: 1; stroke-dasharray: 2 3; opacity: 0.7; }
.series-0 { --series: var(--series-0); } .series-1 { --series: var(--series-1); } .series-2 { --series: var(--series-2); }
.series-3 { --series: var(--series-3); } .series-4 { --series: var(--series-4); } .series-4 path:not(.line) { stroke-width: 2; }
@media print { .card { break-inside: avoid; } }
`;
