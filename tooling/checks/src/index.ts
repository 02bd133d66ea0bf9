export { allowedArrows, checkArrows } from "./check-arrows.js";
export { checkEngines } from "./check-engines.js";
export { checkFileShape } from "./check-file-shape.js";
export { checkImports } from "./check-imports.js";
export { checkLinks } from "./check-links.js";
export { checkManifests } from "./check-manifests.js";
export { checkTopLevelAwait } from "./check-top-level-await.js";
export { checkUnfinished } from "./check-unfinished.js";
export { describeViolations, type Violation } from "./violation.js";
