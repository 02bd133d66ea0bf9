import { isNode, parseFile, type Syntax, type SyntaxNode, walkSyntax } from "./syntax.js";

/** One import of a source file, of whatever kind. */
export interface Import {
  /** As written, as in "@larder/core/conformance" or "./digest.js". */
  readonly specifier: string;
  readonly line: number;
  /** `import()`, `require()`, `import.meta.resolve()`: happens only when the program gets there. */
  readonly dynamic: boolean;
  /** Gone after compilation. */
  readonly typeOnly: boolean;
}

/** Every import of a file under `root`: static, dynamic, re-exports, types; only those whose target is a literal. */
export function importsOf(root: string, file: string): Import[] {
  const syntax = parseFile(root, file);
  const imports: Import[] = [];
  walkSyntax(syntax.program, (node) => {
    const found = importIn(node, syntax);
    if (found) imports.push(found);
    return true;
  });
  return imports;
}

/** The package that a specifier names, as in "@larder/core" or "lmdb"; undefined for relative ones and for Node's own. */
export function packageOf(specifier: string): string | undefined {
  if (/^(\.|\/|#|node:|file:|data:|https?:)/.test(specifier)) return undefined;
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
}

function importIn(node: SyntaxNode, syntax: Syntax): Import | undefined {
  const make = (source: unknown, kind: { dynamic: boolean; typeOnly: boolean }): Import | undefined => {
    if (!isNode(source) || typeof source.value !== "string") return undefined;
    return { specifier: source.value, line: syntax.lineOf(node.start), ...kind };
  };
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
      return make(node.source, { dynamic: false, typeOnly: isTypeOnly(node) });
    case "ImportExpression":
      return make(node.source, { dynamic: true, typeOnly: false });
    case "TSImportType":
      return make(node.source, { dynamic: false, typeOnly: true });
    case "TSExternalModuleReference":
      return make(node.expression, { dynamic: false, typeOnly: false });
    case "CallExpression":
      return loadsModule(node.callee, syntax)
        ? make((node.arguments as SyntaxNode[])[0], { dynamic: true, typeOnly: false })
        : undefined;
    default:
      return undefined;
  }
}

function isTypeOnly(node: SyntaxNode): boolean {
  if (node.importKind === "type" || node.exportKind === "type") return true;
  const specifiers = (node.specifiers ?? []) as SyntaxNode[];
  return specifiers.length > 0 && specifiers.every((each) => each.importKind === "type" || each.exportKind === "type");
}

function loadsModule(callee: unknown, syntax: Syntax): boolean {
  if (!isNode(callee)) return false;
  return /^(require|require\.resolve|import\.meta\.resolve)$/.test(syntax.text.slice(callee.start, callee.end));
}
