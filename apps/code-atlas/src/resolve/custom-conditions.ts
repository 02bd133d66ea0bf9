import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parseSync } from "oxc-parser";
import { isDependency } from "../scan/is-dependency.js";
import type { Listing } from "../scan/listing.js";

/** The `customConditions` of the repository's own `tsconfig` files, all together; what can't be read has none. */
export function customConditions({ root, layout }: Pick<Listing, "root" | "layout">): string[] {
  const conditions = new Set<string>();
  for (const { path } of layout) {
    if (!posix.basename(path).includes("tsconfig") || isDependency(path)) continue;
    for (const condition of conditionsIn(join(root, path))) conditions.add(condition);
  }
  return [...conditions];
}

interface Expression {
  readonly type: string;
  readonly value?: unknown;
  readonly properties?: readonly { readonly key: { readonly value?: unknown }; readonly value: Expression }[];
  readonly elements?: readonly Expression[];
}

function conditionsIn(file: string): string[] {
  try {
    // JSON with comments and trailing commas is an expression of JavaScript.
    const { program } = parseSync("tsconfig.js", `(${readFileSync(file, "utf8")}\n)`, { preserveParens: false });
    const [statement] = program.body as unknown as { readonly expression?: Expression }[];
    const conditions = property(property(statement?.expression, "compilerOptions"), "customConditions");
    return (conditions?.elements ?? []).flatMap(({ value }) => (typeof value === "string" ? [value] : []));
  } catch {
    return [];
  }
}

function property(object: Expression | undefined, name: string): Expression | undefined {
  return object?.properties?.find(({ key }) => key.value === name)?.value;
}
