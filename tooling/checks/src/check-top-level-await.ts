import { packageSources } from "./package-sources.js";
import { parseFile, walkSyntax } from "./syntax.js";
import type { Violation } from "./violation.js";

const functions = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

/** No module in packages/ may await while it loads: Node 20 can `require()` an ES module only when it does not. */
export function checkTopLevelAwait(root: string): Violation[] {
  const violations: Violation[] = [];
  for (const { owner, file } of packageSources(root, "src")) {
    if (!owner.folder.startsWith("packages/")) continue;
    const syntax = parseFile(root, file);
    walkSyntax(syntax.program, (node) => {
      if (functions.has(node.type)) return false;
      const awaits =
        node.type === "AwaitExpression" ||
        (node.type === "ForOfStatement" && node.await === true) ||
        (node.type === "VariableDeclaration" && node.kind === "await using");
      if (awaits) {
        violations.push({
          rule: "top-level-await",
          file,
          line: syntax.lineOf(node.start),
          message: "awaits at the top level of a module, so that require() would fail: await on first use instead.",
        });
      }
      return true;
    });
  }
  return violations;
}
