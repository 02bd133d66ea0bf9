import { isBuiltin } from "node:module";
import { dirname, join, posix, relative, sep } from "node:path";
import { type NapiResolveOptions, ResolverFactory } from "oxc-resolver";
import { isDependency } from "../scan/is-dependency.js";
import type { Listing } from "../scan/listing.js";

/** Where an import leads: to a file of the listing, to a module of Node, or elsewhere. */
export type Resolved =
  | { readonly to: "file"; readonly path: string }
  | { readonly to: "node" }
  | { readonly to: "elsewhere" };

/** Resolves what a file imports. */
export interface ImportResolver {
  /**
   * @param importer - path of a file of the listing
   * @param required - whether it is asked for with `require`
   */
  resolve(importer: string, specifier: string, required: boolean): Resolved;
}

const builtin: Resolved = { to: "node" };
const elsewhere: Resolved = { to: "elsewhere" };
const scripts = [".js", ".jsx", ".mjs", ".cjs"];
const typed = [".ts", ".tsx", ".mts", ".cts", ".d.ts", ".d.mts", ".d.cts"];

/** What a name ending in JavaScript can stand for in TypeScript, in the order in which they are tried. */
const aliases: Readonly<Record<string, string[]>> = {
  ".js": [".ts", ".tsx", ".d.ts", ".js", ".jsx"],
  ".jsx": [".tsx", ".d.ts", ".jsx"],
  ".mjs": [".mts", ".d.mts", ".mjs"],
  ".cjs": [".cts", ".d.cts", ".cjs"],
};

/**
 * Follows imports as TypeScript does with `bundler` resolution in sources, and as Node does in JavaScript: `exports`, conditions,
 * `paths` of the nearest `tsconfig.json`, symbolic links. It depends on nothing but what the listing says: a file that is not listed is
 * elsewhere, whether it exists or not.
 *
 * @param conditions - names in `exports` that hold in the repository, beside the usual ones
 */
export function importResolver(
  { root, files }: Pick<Listing, "root" | "files">,
  conditions: readonly string[],
): ImportResolver {
  const listed = new Set(files.map(({ path }) => path));
  const common: NapiResolveOptions = { builtinModules: false, symlinks: true, nodePath: false };
  const ofTypes = (kind: "import" | "require", own: boolean): NapiResolveOptions => ({
    ...common,
    ...(own ? { tsconfig: "auto" } : {}),
    conditionNames: [...(own ? conditions : []), "types", kind, "node", "default"],
    mainFields: ["types", "typings", "module", "main"],
    extensions: [...typed, ...scripts, ".json"],
    extensionAlias: aliases,
  });
  const ofScripts = (kind: "import" | "require"): NapiResolveOptions => ({
    ...common,
    conditionNames: [kind, "node", "default"],
    mainFields: ["main"],
    extensions: [...scripts, ".json"],
  });
  const make = lazily((name: string) => {
    const [what, kind] = name.split(" ") as [string, "import" | "require"];
    return new ResolverFactory(what === "scripts" ? ofScripts(kind) : ofTypes(kind, what === "own"));
  });

  const find = (importer: string, specifier: string, kind: "import" | "require"): string | undefined => {
    const path = join(root, importer);
    const installed = isDependency(importer);
    if (!installed) {
      // A tsconfig.json that can't be read is an error for every import: then without it.
      const own = make(`own ${kind}`);
      return own.resolveFileSync(path, specifier).path ?? make(`types ${kind}`).sync(dirname(path), specifier).path;
    }
    return make(`${/\.[cm]?tsx?$/.test(importer) ? "types" : "scripts"} ${kind}`).sync(dirname(path), specifier).path;
  };

  const inListing = (path: string): string | undefined => {
    const inside = relative(root, path).split(sep).join("/");
    return listed.has(inside) ? inside : undefined;
  };

  return {
    resolve(importer, specifier, required) {
      if (isBuiltin(specifier)) return builtin;
      const kind = required ? "require" : "import";
      const found = find(importer, withoutQuery(specifier), kind);
      const path = found === undefined ? undefined : inListing(found);
      if (path !== undefined) return { to: "file", path };
      // A file that git ignores may lie before one that is listed. It is not there for whoever has a fresh clone.
      const sibling = /^\.\.?(\/|$)/.test(specifier)
        ? listedSibling(listed, importer, withoutQuery(specifier))
        : undefined;
      return sibling === undefined ? elsewhere : { to: "file", path: sibling };
    },
  };
}

function listedSibling(listed: ReadonlySet<string>, importer: string, specifier: string): string | undefined {
  const base = posix.join(posix.dirname(importer), specifier);
  const ending = posix.extname(base);
  const stem = ending === "" ? base : base.slice(0, -ending.length);
  const candidates = [
    ...(aliases[ending] ?? []).map((alias) => `${stem}${alias}`),
    base,
    ...[...typed, ...scripts].map((extension) => `${base}${extension}`),
    ...[...typed, ...scripts].map((extension) => posix.join(base, `index${extension}`)),
  ];
  return candidates.find((candidate) => listed.has(candidate));
}

/** Without what bundlers put behind: `./worker.js?url`. */
function withoutQuery(specifier: string): string {
  const at = specifier.indexOf("?");
  return at > 0 ? specifier.slice(0, at) : specifier;
}

function lazily<Value>(make: (name: string) => Value): (name: string) => Value {
  const made = new Map<string, Value>();
  return (name) => {
    let value = made.get(name);
    if (value === undefined) {
      value = make(name);
      made.set(name, value);
    }
    return value;
  };
}
