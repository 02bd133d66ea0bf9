import { expect, it } from "vitest";
import { isDependency, packageOf } from "../../src/scan/is-dependency.js";

it.each([
  ["node_modules/pkg/old_node_modules/x.js", "pkg"],
  ["packages/a/node_modules/@scope/name/x.js", "@scope/name"],
  ["node_modules/.pnpm/tiny@1.0.0/node_modules/tiny/x.js", "tiny"],
  ["old_node_modules/x.js", undefined],
  ["src/node_modules.js", undefined],
])("%s belongs to the package %s", (path, name) => {
  expect(packageOf(path)).toBe(name);
  expect(isDependency(path)).toBe(name !== undefined);
});
