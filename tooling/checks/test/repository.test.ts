import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";
import {
  checkArrows,
  checkEngines,
  checkFileShape,
  checkImports,
  checkLinks,
  checkManifests,
  checkTopLevelAwait,
  checkUnfinished,
} from "../src/index.js";
import { expectNoViolation } from "./expect-no-violation.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

describe("this repository", () => {
  it.each([
    ["packages import only what the table of arrows allows", checkArrows],
    ["one module alone imports each engine", checkEngines],
    ["imports stay within the package or go by name, and are declared", checkImports],
    ["no module awaits while it loads", checkTopLevelAwait],
    ["files are short and named after what they hold", checkFileShape],
    ["no code says that it is unfinished", checkUnfinished],
    ["relative links in Markdown resolve", checkLinks],
    ["published packages are complete and alike", checkManifests],
  ])("%s", (_rule, check) => {
    expectNoViolation(check(root));
  });
});
