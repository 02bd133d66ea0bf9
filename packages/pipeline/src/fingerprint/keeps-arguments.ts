import type { ModuleAnalysis } from "./module-analysis.js";
import { dottedName } from "./reference-use.js";
import { nodeAt, withoutTypes } from "./syntax-node.js";

const onlyLooks = /^(console\.\w+|JSON\.stringify|Object\.keys|Array\.isArray|Math\.\w+)$/;

/**
 * Whether a call leaves what it is given as it is, and runs no function it is given before the pipeline does: those of
 * Larder (`func`, `new Pipeline`, `runner.run`), and those of the language that only look. Without this, printing a
 * setting would tie the printing statement to every node that uses the setting.
 *
 * @param callee as text: `a.b.c`
 * @param hops declarations followed so far
 */
export function keepsArguments(analysis: ModuleAnalysis, callee: string, hops = 0): boolean {
  const [first = ""] = callee.split(".");
  const imported = analysis.imports.get(first);
  if (imported !== undefined) return imported.specifier.startsWith("@larder/");
  const declared = analysis.scope.names.get(first);
  if (declared === undefined) return onlyLooks.test(callee);
  // const runner = new Runner(…): what Larder made behaves as Larder does.
  const unit = declared.units.length === 1 ? analysis.units[declared.units[0]!] : undefined;
  if (unit?.keyword !== "const" || first === callee) return false;
  const init = nodeAt(unit.node, "init");
  const value = init === undefined ? undefined : withoutTypes(init);
  const made = value?.type === "AwaitExpression" ? nodeAt(value, "argument") : value;
  if (made?.type !== "NewExpression" && made?.type !== "CallExpression") return false;
  const maker = dottedName(withoutTypes(nodeAt(made, "callee")!));
  return maker !== undefined && hops < 5 && keepsArguments(analysis, maker, hops + 1);
}
