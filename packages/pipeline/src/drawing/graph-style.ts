/** Colours of decisions and the look of a graph: light and dark by the reader's setting, of equal contrast. */
export const graphStyle = `
:root { color-scheme: light dark; --text: #1d2733; --soft: #52606d; --page: #fbfaf8; --card: #ffffff; --line: #d9d5cd; --focus: #22628f;
  --miss: #fbe3d6; --miss-line: #b4501e; --hit: #d9efdc; --hit-line: #2a7a3b; --skipped: #e4eaf3; --skipped-line: #587096;
  --plain: #f0ecdf; --plain-line: #7d6c35; --failed: #f7cfd3; --failed-line: #a8192b; --depends: #e9def2; --depends-line: #6f3f9a; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ec; --soft: #a5b0ba; --page: #14181d; --card: #1c2229; --line: #39424c; --focus: #76b7e6;
  --miss: #47291a; --miss-line: #f09a66; --hit: #1b3d25; --hit-line: #6fcf87; --skipped: #26303f; --skipped-line: #93acd1;
  --plain: #393320; --plain-line: #d6c27c; --failed: #4d1c22; --failed-line: #f58a96; --depends: #36274a; --depends-line: #c3a1e6; } }
.decision-miss { --fill: var(--miss); --edge: var(--miss-line); } .decision-hit { --fill: var(--hit); --edge: var(--hit-line); }
.decision-skipped { --fill: var(--skipped); --edge: var(--skipped-line); } .decision-no-cache { --fill: var(--plain); --edge: var(--plain-line); }
.decision-failed { --fill: var(--failed); --edge: var(--failed-line); } .decision-depends { --fill: var(--depends); --edge: var(--depends-line); }
.decision-not-run, .decision-none { --fill: transparent; --edge: var(--soft); }
.decision { white-space: nowrap; border-radius: 4px; padding: 0.05rem 0.4rem; border: 1px solid var(--edge); background: var(--fill); }
.legend { display: flex; flex-wrap: wrap; gap: 0.4rem 1rem; list-style: none; padding: 0; margin: 0.5rem 0; font-size: 0.9rem; }
svg text { font-family: inherit; fill: var(--text); }
.graph { display: block; font-size: 13px; }
.edge { fill: none; stroke: var(--soft); stroke-width: 1.2; } .edge-head { fill: var(--soft); }
.node rect { fill: var(--fill); stroke: var(--edge); stroke-width: 1.5; } .decision-skipped rect, .decision-depends rect { stroke-dasharray: 5 3; }
.decision-not-run rect { stroke-dasharray: 1 3; } .node-name { font-weight: 600; } .node-decision { font-size: 12px; }
.input-node rect { fill: none; stroke: var(--soft); } .input-node text { text-anchor: middle; font-size: 12px; fill: var(--soft); }
.cluster rect { fill: var(--soft); fill-opacity: 0.06; stroke: var(--line); stroke-width: 1.2; } .cluster text { font-size: 12px; fill: var(--soft); }
`;
