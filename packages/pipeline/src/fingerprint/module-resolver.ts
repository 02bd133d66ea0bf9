import { existsSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import { conditionsOfLinked } from "./package-conditions.js";
import { isInstalled } from "./package-identity.js";
import { isCode } from "./source-parser.js";

type OxcResolver = typeof import("oxc-resolver");

/** Where an import leads. More than one file: which of them is loaded depends on the runner, so all count. */
export type Resolution =
  | { readonly kind: "builtin"; readonly name: string }
  | {
      readonly kind: "files";
      readonly paths: readonly string[] /** Loaded as data whatever it is called. */;
      readonly raw: boolean;
    }
  | { readonly kind: "inline" }
  | { readonly kind: "unresolved"; readonly reason: string };

/** @param required whether it is loaded by `require` rather than `import` */
export type ModuleResolver = (from: string, specifier: string, required: boolean) => Resolution;

/** Resolves as Node does, under the conditions this process runs with, and as tsx and vite do beyond that. */
export function createModuleResolver(): ModuleResolver {
  const oxc = createRequire(import.meta.url)("oxc-resolver") as OxcResolver;
  const custom = customConditions();
  const isVitest = process.env.VITEST !== undefined;
  const { features } = process as { features: { require_module?: boolean } };
  const always = ["node", ...custom, ...(features.require_module === true ? ["module-sync"] : []), "default"];
  const base = {
    extensions: [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json", ".node"],
    extensionAlias: {
      ".js": [".js", ".ts", ".tsx"],
      ".jsx": [".jsx", ".tsx"],
      ".mjs": [".mjs", ".mts"],
      ".cjs": [".cjs", ".cts"],
    },
    mainFields: ["main"],
    builtinModules: false,
    nodePath: false,
  };
  const imports = new oxc.ResolverFactory({ ...base, conditionNames: ["import", ...always] });
  const requires = imports.cloneWithOptions({ ...base, conditionNames: ["require", ...always] });
  const typedImports = imports.cloneWithOptions({ ...base, conditionNames: ["import", ...always], tsconfig: "auto" });

  /** Other files a runner may take for a package of the project: which, its own settings say, that can't be seen. */
  function variants(from: string, request: string): string[] {
    if (!isVitest) return [];
    return conditionsOfLinked(from, request, ["import", ...always]).flatMap((condition) => {
      const conditionNames = [condition, "import", ...always];
      return imports.cloneWithOptions({ ...base, conditionNames }).resolveFileSync(from, request).path ?? [];
    });
  }

  return (from, specifier, required) => {
    if (/^(data|https?|blob):/.test(specifier)) return { kind: "inline" };
    if (isBuiltin(specifier)) return { kind: "builtin", name: specifier.replace(/^node:/, "") };
    const typed = /\.[mc]?tsx?$/.test(from);
    const [bare = "", query] = splitQuery(specifier);
    const request = bare.startsWith("file:") ? fileURLToPath(bare) : bare;
    const paths = new Set<string>();
    let reason = "not found";
    for (const resolver of typed ? [typedImports, imports] : [required ? requires : imports]) {
      const result = resolver.resolveFileSync(from, request);
      // Paths of a tsconfig may lead to declarations, which tell only the compiler where to look.
      if (result.path !== undefined && !/\.d\.[mc]?ts$/.test(result.path)) {
        paths.add(result.path);
        break;
      }
      reason = result.error ?? reason;
    }
    for (const path of variants(from, request)) paths.add(path);
    for (const path of [...paths]) for (const other of siblings(path, typed || isVitest)) paths.add(other);
    if (paths.size === 0) return { kind: "unresolved", reason };
    return { kind: "files", paths: [...paths], raw: query !== undefined };
  };
}

function splitQuery(specifier: string): string[] {
  const at = specifier.startsWith("#") ? -1 : specifier.search(/[?#]/);
  return at < 0 ? [specifier] : [specifier.slice(0, at), specifier.slice(at)];
}

/** `a.ts` beside `a.js`: loaders of TypeScript differ in which they take. */
function siblings(path: string, loaderChooses: boolean): string[] {
  if (!loaderChooses || !isCode(path) || isInstalled(path)) return [];
  const stem = path.replace(/\.([mc]?)[jt]sx?$/, "");
  const flavour = /\.([mc]?)[jt]sx?$/.exec(path)![1]!;
  return [`${flavour}js`, `${flavour}ts`, `${flavour}jsx`, `${flavour}tsx`]
    .map((extension) => `${stem}.${extension}`)
    .filter((file) => file !== path && existsSync(file));
}

/** Conditions given to this process by `--conditions` or `-C`, on its command line or in NODE_OPTIONS. */
export function customConditions(
  execArgv: readonly string[] = process.execArgv,
  nodeOptions: string = process.env.NODE_OPTIONS ?? "",
): string[] {
  const args = [...execArgv, ...nodeOptions.split(/\s+/)];
  const found: string[] = [];
  args.forEach((arg, index) => {
    const match = /^(?:--conditions|-C)(?:=(.+))?$/.exec(arg);
    const value = match === null ? undefined : (match[1] ?? args[index + 1]);
    if (value !== undefined) found.push(value.replaceAll('"', ""));
  });
  return [...new Set(found)];
}
