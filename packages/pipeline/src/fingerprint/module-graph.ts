import { realpathSync } from "node:fs";
import type { ImportedName, ModuleAnalysis } from "./module-analysis.js";
import type { ModuleResolver } from "./module-resolver.js";
import { isOwnCode } from "./own-code.js";
import { isInstalled, type PackageIdentity, packageOf } from "./package-identity.js";
import type { SourceFiles } from "./source-files.js";
import { isCode, type SourceParser } from "./source-parser.js";

/** A file of the project, taken apart. One object per file and graph. */
export interface GraphModule {
  readonly path: string;
  readonly analysis: ModuleAnalysis;
}

/** What stands behind an import. */
export type FileTarget =
  | { readonly kind: "module"; readonly module: GraphModule }
  | { readonly kind: "data"; readonly path: string }
  | { readonly kind: "package"; readonly identity: PackageIdentity; readonly specifier: string }
  | { readonly kind: "builtin"; readonly name: string }
  | { readonly kind: "unresolved"; readonly specifier: string; readonly from: string; readonly reason: string };

/** What stands behind a name of a module. `hops`: how many modules away, re-exports not counted. */
export type NameTarget = { readonly hops: number } & (
  | { readonly kind: "binding"; readonly module: GraphModule; readonly name: string }
  | { readonly kind: "whole"; readonly target: FileTarget }
);

export interface NameTargets {
  readonly targets: readonly NameTarget[];
  /** Modules that only pass the name on: what they import for its effects counts too. */
  readonly passed: readonly GraphModule[];
}

/** The modules of a project and how they are joined, as they were when first read. */
export interface ModuleGraph {
  /** @throws UnreadableCodeError `no-source` */
  module(path: string): GraphModule;
  /** @throws UnreadableCodeError */
  follow(from: GraphModule, specifier: string, required?: boolean): readonly FileTarget[];
  /** @param property of a namespace, when only that is used. @throws UnreadableCodeError */
  named(module: GraphModule, name: string, property: string | undefined): NameTargets;
  /**
   * A module and all of the project that evaluating it evaluates, in the order in which that happens. Modules that
   * can't be read are left out.
   */
  evaluatedWith(module: GraphModule): ReadonlySet<GraphModule>;
}

export function createModuleGraph(
  files: SourceFiles,
  resolve: ModuleResolver,
  parse: SourceParser,
  analyses: Map<string, ModuleAnalysis>,
): ModuleGraph {
  const modules = new Map<string, GraphModule>();
  const followed = new Map<string, readonly FileTarget[]>();
  const names = new Map<GraphModule, Map<string, NameTargets>>();
  const closures = new Map<GraphModule, ReadonlySet<GraphModule>>();

  function module(path: string): GraphModule {
    let found = modules.get(path);
    if (found === undefined) {
      const { bytes, digest } = files.read(path);
      const key = `${path.slice(path.lastIndexOf("."))} ${digest}`;
      let analysis = analyses.get(key);
      if (analysis === undefined) {
        analysis = parse(path, new TextDecoder().decode(bytes));
        analyses.set(key, analysis);
      }
      found = { path, analysis };
      modules.set(path, found);
    }
    return found;
  }

  function follow(from: GraphModule, specifier: string, required = from.analysis.commonJs): readonly FileTarget[] {
    const key = `${from.path}\0${required}\0${specifier}`;
    let found = followed.get(key);
    if (found === undefined) {
      found = lookUp(from, specifier, required);
      followed.set(key, found);
    }
    return found;
  }

  function lookUp(from: GraphModule, specifier: string, required: boolean): FileTarget[] {
    const resolution = resolve(from.path, specifier, required);
    switch (resolution.kind) {
      case "inline":
        return [];
      case "builtin":
        return [{ kind: "builtin", name: resolution.name }];
      case "unresolved":
        return [{ kind: "unresolved", specifier, from: from.path, reason: resolution.reason }];
      case "files":
        return resolution.paths.flatMap((path): FileTarget[] => {
          const real = realpathSync(path);
          if (isInstalled(real)) return [{ kind: "package", identity: packageOf(real, files), specifier }];
          const data: FileTarget = { kind: "data", path: real };
          if (!isCode(real)) return [data];
          const code: FileTarget = { kind: "module", module: module(real) };
          return resolution.raw ? [data, code] : [code];
        });
    }
  }

  function named(owner: GraphModule, name: string, property: string | undefined): NameTargets {
    const imported = owner.analysis.imports.get(name);
    if (imported === undefined) {
      return { targets: [{ kind: "binding", module: owner, name, hops: 0 }], passed: [] };
    }
    let known = names.get(owner);
    if (known === undefined) {
      known = new Map();
      names.set(owner, known);
    }
    const key = `${name}.${imported.imported === "*" ? (property ?? "") : ""}`;
    let found = known.get(key);
    if (found === undefined) {
      const targets: NameTarget[] = [];
      const passed = new Set<GraphModule>();
      collect(owner, imported, property, targets, passed, new Set());
      found = { targets: targets.map((target) => ({ ...target, hops: 1 })), passed: [...passed] };
      known.set(key, found);
    }
    return found;
  }

  function collect(
    from: GraphModule,
    { specifier, imported }: ImportedName,
    property: string | undefined,
    targets: NameTarget[],
    passed: Set<GraphModule>,
    visited: Set<string>,
  ): void {
    for (const target of follow(from, specifier)) {
      const name = imported === "*" ? property : imported;
      if (target.kind !== "module" || target.module.analysis.commonJs || name === undefined) {
        targets.push({ kind: "whole", target, hops: 1 });
      } else if (!collectExport(target.module, name, targets, passed, visited)) {
        // A name that is exported nowhere: all of the file, so that whatever it is counts.
        targets.push({ kind: "whole", target, hops: 1 });
      }
    }
  }

  function collectExport(
    owner: GraphModule,
    name: string,
    targets: NameTarget[],
    passed: Set<GraphModule>,
    visited: Set<string>,
  ): boolean {
    const key = `${owner.path}\0${name}`;
    if (visited.has(key)) return false;
    visited.add(key);
    const { exports, imports, stars, scope } = owner.analysis;
    const target = exports.get(name);
    if (typeof target === "string") {
      const again = imports.get(target);
      if (again !== undefined) {
        passed.add(owner);
        collect(owner, again, undefined, targets, passed, visited);
        return true;
      }
      if (!scope.names.has(target)) return false;
      targets.push({ kind: "binding", module: owner, name: target, hops: 1 });
      return true;
    }
    if (target !== undefined) {
      passed.add(owner);
      collect(owner, target, undefined, targets, passed, visited);
      return true;
    }
    if (name === "default") return false;
    let found = false;
    for (const specifier of stars) {
      for (const behind of follow(owner, specifier)) {
        if (behind.kind === "module" && !behind.module.analysis.commonJs) {
          if (!collectExport(behind.module, name, targets, passed, visited)) continue;
        } else {
          // What a package exports is not looked up: any of them may be where the name comes from.
          targets.push({ kind: "whole", target: behind, hops: 1 });
        }
        passed.add(owner);
        found = true;
      }
    }
    return found;
  }

  function evaluatedWith(root: GraphModule): ReadonlySet<GraphModule> {
    const known = closures.get(root);
    if (known !== undefined) return known;
    const begun = new Set<GraphModule>();
    const all = new Set<GraphModule>();
    const evaluate = (owner: GraphModule): void => {
      if (begun.has(owner)) return;
      begun.add(owner);
      const late = isOwnCode(owner.path) ? [] : owner.analysis.loads.flatMap((load) => load.specifier ?? []);
      for (const specifier of [...owner.analysis.evaluated, ...late]) {
        try {
          for (const target of follow(owner, specifier)) if (target.kind === "module") evaluate(target.module);
        } catch {
          // Nothing reached needs it, or reaching it says what is wrong with it.
        }
      }
      all.add(owner);
    };
    evaluate(root);
    closures.set(root, all);
    return all;
  }

  return { module, follow, named, evaluatedWith };
}
