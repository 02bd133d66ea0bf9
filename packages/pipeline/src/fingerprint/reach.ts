import { type Effects, type GraphUnit, packageName } from "./effects.js";
import { type CodePart, UnreadableCodeError } from "./fingerprint-outcome.js";
import type { LoadOrHazard } from "./load-or-hazard.js";
import { digestOfText } from "./module-analysis.js";
import type { FileTarget, GraphModule, ModuleGraph } from "./module-graph.js";
import { isOwnCode } from "./own-code.js";
import type { Reference } from "./scope-walk.js";
import type { SourceFiles } from "./source-files.js";

/** Where following begins: an expression of a module, the function handed to `func`. */
export interface ReachStart {
  readonly module: GraphModule;
  readonly references: readonly Reference[];
  readonly loads: readonly LoadOrHazard[];
}

export interface ReachOptions {
  readonly graph: ModuleGraph;
  readonly files: SourceFiles;
  readonly effects: Effects;
  /** A file's path as fingerprints have it. */
  readonly display: (path: string) => string;
  /** Modules away up to which imports are followed declaration by declaration. */
  readonly dependencyDepth: number;
}

export interface Reached {
  /** Sorted. */
  readonly parts: readonly CodePart[];
  /** Paths of the files that were read for them. */
  readonly counted: ReadonlySet<string>;
}

/**
 * All that a function's result may depend on, as parts: what it refers to and what that refers to, module-level
 * statements that change any of it, files and packages.
 *
 * @throws UnreadableCodeError when something that counts can't be followed
 */
export function reachFrom(start: ReachStart, options: ReachOptions): Reached {
  const { graph, files, effects, display, dependencyDepth } = options;
  const parts = new Map<string, CodePart>();
  const counted = new Set<string>();
  const unitsReached = new Map<GraphModule, Set<number>>();
  const wholes = new Set<GraphModule>();
  const entered = new Set<GraphModule>();
  const states = new Set<string>();
  /** By how many modules away: a declaration is followed from where it is nearest. */
  const queues: GraphUnit[][] = [];
  let current = 0;
  /** Whether one module changes what another holds: then the order in which they are evaluated matters. */
  let reachesAcross = false;

  function add(file: string, declaration: string, hash: string): void {
    parts.set(`${file}\0${declaration}\0${hash}`, { file, declaration, hash });
  }

  function enter(module: GraphModule): void {
    if (entered.has(module)) return;
    entered.add(module);
    counted.add(module.path);
    for (const specifier of module.analysis.sideEffects) {
      for (const target of graph.follow(module, specifier)) takeWhole(target);
      reachesAcross = true;
    }
  }

  function takeReferences(module: GraphModule, references: readonly Reference[], depth: number): void {
    for (const reference of references) {
      if (reference.home === module.analysis.scope) takeName(module, reference.name, reference.property, depth);
    }
  }

  function takeName(module: GraphModule, name: string, property: string | undefined, depth: number): void {
    const { targets, passed } = graph.named(module, name, property);
    for (const through of passed) enter(through);
    for (const target of targets) {
      const away = depth + target.hops;
      if (target.kind === "whole") takeWhole(target.target);
      else if (away > dependencyDepth) takeWhole({ kind: "module", module: target.module });
      else takeBinding(target.module, target.name, away);
    }
  }

  function takeBinding(module: GraphModule, name: string, depth: number): void {
    for (const index of module.analysis.scope.names.get(name)?.units ?? []) takeUnit({ module, index }, depth);
    takeEffects(`${module.path}\0${name}`, () => effects.on({ module, name }), depth, module);
  }

  function takeEffects(key: string, on: () => readonly GraphUnit[], depth: number, owner?: GraphModule): void {
    if (states.has(key)) return;
    states.add(key);
    for (const unit of on()) {
      if (unit.module !== owner) reachesAcross = true;
      takeUnit(unit, depth);
    }
  }

  function takeUnit(unit: GraphUnit, depth: number): void {
    let known = unitsReached.get(unit.module);
    if (known === undefined) {
      known = new Set();
      unitsReached.set(unit.module, known);
    }
    if (known.has(unit.index)) return;
    known.add(unit.index);
    queues[depth] ??= [];
    queues[depth].push(unit);
  }

  function takeLoads(module: GraphModule, loads: readonly LoadOrHazard[]): void {
    if (isOwnCode(module.path)) return;
    for (const load of loads) {
      if (load.specifier === undefined) {
        throw new UnreadableCodeError(
          "dynamic-code",
          `${display(module.path)} uses ${load.construct} in a way that can't be followed by reading. Write it so that the source says what is loaded, or switch the node's cache off.`,
        );
      }
      const specifier = load.construct === "new URL" ? asRelative(load.specifier) : load.specifier;
      for (const target of graph.follow(module, specifier, load.construct === "require")) {
        if (!load.optional || isCodeTarget(target)) takeWhole(target);
      }
    }
  }

  function takeWhole(target: FileTarget): void {
    switch (target.kind) {
      case "builtin":
        add(`node:${target.name}`, "package", digestOfText(target.name));
        takeEffects(packageName(target), () => effects.on({ package: packageName(target) }), current);
        return;
      case "package": {
        const { name, version, manifest } = target.identity;
        counted.add(manifest);
        add(`npm:${name}@${version}`, "package", digestOfText(`${name}@${version}`));
        takeEffects(`npm:${name}`, () => effects.on({ package: name }), current);
        return;
      }
      case "data":
        counted.add(target.path);
        add(display(target.path), "file", files.read(target.path).digest);
        return;
      case "unresolved":
        throw new UnreadableCodeError(
          "unresolved-import",
          `${display(target.from)} imports '${target.specifier}', which leads to no file: ${target.reason}. Mend the import, or switch the node's cache off.`,
        );
      case "module":
        takeModule(target.module);
    }
  }

  function takeModule(module: GraphModule): void {
    if (wholes.has(module)) return;
    wholes.add(module);
    counted.add(module.path);
    add(display(module.path), "file", module.analysis.wholeHash());
    takeLoads(module, module.analysis.loads);
    for (const specifier of module.analysis.evaluated) {
      for (const target of graph.follow(module, specifier)) takeWhole(target);
    }
    for (const name of module.analysis.scope.names.keys()) {
      takeEffects(`${module.path}\0${name}`, () => effects.on({ module, name }), current, module);
    }
  }

  /** @returns how many of them have a place in the order of evaluation */
  function addUnits(module: GraphModule, indexes: ReadonlySet<number>): number {
    let rank = 0;
    for (const index of [...indexes].sort((a, b) => a - b)) {
      const unit = module.analysis.units[index]!;
      const hash = module.analysis.unitHash(index);
      // Of what runs, the order counts, but not the place among neighbours that don't.
      add(display(module.path), unit.label, unit.ordered ? digestOfText(`${rank++} ${hash}`) : hash);
    }
    return rank;
  }

  enter(start.module);
  // Names of a CommonJS module can be changed through `exports` and `this`: all of it counts.
  if (start.module.analysis.commonJs) takeModule(start.module);
  takeLoads(start.module, start.loads);
  takeReferences(start.module, start.references, 0);
  takeEffects("globals", () => effects.onGlobals(), 0);
  for (; current < queues.length; current++) {
    const queue = queues[current] ?? [];
    for (const { module, index } of queue) {
      enter(module);
      takeLoads(
        module,
        module.analysis.loads.filter((load) => load.unit === index),
      );
      takeReferences(module, module.analysis.referencesOf(index), current);
    }
  }

  const running: string[] = [];
  for (const module of new Set([...graph.evaluatedWith(start.module), ...unitsReached.keys()])) {
    const indexes = unitsReached.get(module);
    if (wholes.has(module)) running.push(display(module.path));
    else if (indexes !== undefined && addUnits(module, indexes) > 0) running.push(display(module.path));
  }
  if (reachesAcross && running.length > 1) {
    add(display(start.module.path), "order of evaluation", digestOfText(JSON.stringify(running)));
  }
  return { parts: [...parts.values()].sort(byText), counted };
}

/** What is named by a URL is often data, which is an input and no code. */
function isCodeTarget(target: FileTarget): boolean {
  if (target.kind === "data") return /\.(wasm|node)$/.test(target.path);
  return target.kind === "module" || target.kind === "package";
}

function asRelative(specifier: string): string {
  return /^([./]|file:)/.test(specifier) ? specifier : `./${specifier}`;
}

function byText(a: CodePart, b: CodePart): number {
  const left = `${a.file}\0${a.declaration}\0${a.hash}`;
  const right = `${b.file}\0${b.declaration}\0${b.hash}`;
  return left < right ? -1 : left > right ? 1 : 0;
}
