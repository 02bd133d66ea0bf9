import type { GraphModule, ModuleGraph, NameTarget } from "./module-graph.js";
import { unknownCallee } from "./reference-use.js";
import type { Reference } from "./scope-walk.js";
import type { SourceFile, SourceFiles } from "./source-files.js";

/** A module-level unit of a module. */
export interface GraphUnit {
  readonly module: GraphModule;
  readonly index: number;
}

/** State that code at module level may change: a binding of a module, or a package as a whole. */
export type State = { readonly module: GraphModule; readonly name: string } | { readonly package: string };

/**
 * Which module-level statements may change what a name holds before a node's function runs: they assign it, change a
 * property, hand it to a call, or run code that does. Statements of all modules that are evaluated with the node's
 * own module are looked at; what other modules of a program do to it is not known.
 */
export interface Effects {
  on(state: State): readonly GraphUnit[];
  /** Units that change globals (`process.env`, prototypes): they count for every function. */
  onGlobals(): readonly GraphUnit[];
  /** Of the files looked at. */
  readonly youngest: SourceFile;
}

/** Whether a callee, as text, only keeps what is handed to it, such as `func`. */
export type KeepsArguments = (module: GraphModule, callee: string) => boolean;

interface Use {
  readonly unit: UnitFacts;
  readonly reference: Reference;
}

interface UnitFacts extends GraphUnit {
  readonly usedBy: Use[];
}

/** `full`: another name for the value. `weak`: made from it by code that is trusted not to change it later by itself. */
type Strength = "full" | "weak";

const globalsKey = "globals";

export function createEffects(
  graph: ModuleGraph,
  files: SourceFiles,
  root: GraphModule,
  keeps: KeepsArguments,
): Effects {
  const modules = [...graph.evaluatedWith(root)];
  const units = new Map<GraphModule, readonly UnitFacts[]>();
  const uses = new Map<string, Use[]>();
  /** Functions whose properties somebody looks at. */
  const observed = new Set<string>();
  const answers = new Map<string, readonly GraphUnit[]>();

  for (const module of modules) {
    const facts = module.analysis.units.map((_, index): UnitFacts => ({ module, index, usedBy: [] }));
    units.set(module, facts);
  }
  for (const module of modules) for (const reference of module.analysis.references) note(module, reference);

  function note(module: GraphModule, reference: Reference): void {
    const use: Use = { unit: units.get(module)![reference.unit]!, reference };
    if (reference.home === undefined) {
      if (changesGlobal(reference)) addUse(globalsKey, use);
      return;
    }
    if (reference.home !== module.analysis.scope) return;
    const callee = reference.handedTo ?? reference.callee;
    // An assignment in a function that is only kept counts all the same: the function may run before the node's.
    const assigned = reference.use === "write" || reference.use === "change";
    if (!assigned && callee !== undefined && keeps(module, callee)) return;
    if (!assigned && reference.callee !== undefined && keeps(module, reference.callee)) return;
    for (const target of targetsOf(module, reference)) noteTarget(target, use);
  }

  function noteTarget(target: NameTarget, use: Use): void {
    if (target.kind === "binding") {
      noteBinding(target.module, target.name, use);
      return;
    }
    const behind = target.target;
    if (behind.kind === "package" || behind.kind === "builtin") {
      if (changesPackage(use.reference, behind.kind === "package")) addUse(packageKey(packageName(behind)), use);
    } else if (behind.kind === "module") {
      for (const name of behind.module.analysis.scope.names.keys()) noteBinding(behind.module, name, use);
    }
  }

  function noteBinding(module: GraphModule, name: string, use: Use): void {
    const { reference } = use;
    const key = bindingKey(module, name);
    for (const index of module.analysis.scope.names.get(name)?.units ?? []) {
      const used = units.get(module)?.[index];
      if (used !== undefined && used !== use.unit && mayRun(used, reference)) used.usedBy.push(use);
    }
    if (reference.use !== "read") addUse(key, use);
    if (reference.use === "construct" || (reference.depth > 0 && !ownMethods.has(reference.property ?? ""))) {
      observed.add(key);
    }
  }

  function addUse(key: string, use: Use): void {
    const found = uses.get(key);
    if (found === undefined) uses.set(key, [use]);
    else found.push(use);
  }

  function targetsOf(module: GraphModule, reference: Reference): readonly NameTarget[] {
    try {
      return graph.named(module, reference.name, reference.property).targets;
    } catch {
      // An import that can't be followed matters when it is reached, and is reported there.
      return [];
    }
  }

  /** Whether what a name holds can be changed through the value, rather than by assigning the name. */
  function isChangeable(module: GraphModule, name: string): boolean {
    const indexes = module.analysis.scope.names.get(name)?.units ?? [];
    if (indexes.length === 0) return true;
    return indexes.some((index) => {
      const { kind } = module.analysis.units[index]!;
      return kind === "other" || (kind === "function" && observed.has(bindingKey(module, name)));
    });
  }

  function counts({ reference }: Use, key: StateKey): boolean {
    switch (reference.use) {
      case "read":
        return false;
      case "write":
      case "change":
        return true;
      case "call":
      case "construct":
        // Calling the name itself changes nothing of it; calling a closure made from the state may.
        return key.strength === "full" && (key.alias || key.package);
      case "receiver":
        if (!key.package && ownMethods.has(reference.property ?? "")) return false;
        return key.strength === "full" && key.changeable;
      default:
        return key.strength === "full" && key.changeable;
    }
  }

  /** From the uses that may change a state upwards to what runs them when the module is evaluated. */
  function affecting(start: StateKey): readonly GraphUnit[] {
    const known = answers.get(start.key);
    if (known !== undefined) return known;
    const answer = new Set<UnitFacts>();
    const aliases = new Set<UnitFacts>();
    const keys = new Map<string, StateKey>([[start.key, start]]);
    const reached = new Set<UnitFacts>();
    for (const key of keys.values()) {
      for (const use of uses.get(key.key) ?? []) {
        if (!counts(use, key)) continue;
        const { unit, reference } = use;
        const { runs } = unit.module.analysis.units[unit.index]!;
        const assigns = reference.use === "write" || reference.use === "change";
        // A function that assigns counts even if nobody is seen to call it: what is exported may be called anywhere.
        if (runs || (assigns && key.key !== globalsKey)) answer.add(unit);
        reached.add(unit);
        if (reference.deferred || assigns || reference.use === "call") continue;
        const strength = key.strength === "weak" ? "weak" : strengthOf(unit.module, reference);
        for (const name of declaredBy(unit)) {
          const alias = bindingKey(unit.module, name);
          aliases.add(unit);
          const before = keys.get(alias);
          if (before === undefined || (before.strength === "weak" && strength === "full")) {
            keys.delete(alias);
            keys.set(alias, { key: alias, strength, changeable: true, alias: true, package: false });
          }
        }
      }
    }
    for (const unit of reached) {
      const { runs } = unit.module.analysis.units[unit.index]!;
      if (runs) answer.add(unit);
      for (const { unit: user, reference } of unit.usedBy) {
        const called = reference.use === "call" || reference.use === "construct" || reference.use === "receiver";
        if (!runs || called) reached.add(user);
      }
    }
    if (answer.size > 0) for (const unit of aliases) answer.add(unit);
    const found = [...answer];
    answers.set(start.key, found);
    return found;
  }

  function strengthOf(module: GraphModule, reference: Reference): Strength {
    if (reference.callee === undefined || reference.callee === unknownCallee) return "full";
    if (reference.use === "receiver") return "full";
    const [name = ""] = reference.callee.split(".");
    if (!module.analysis.scope.names.has(name)) return "weak";
    try {
      const { targets } = graph.named(module, name, undefined);
      const foreign = targets.every(
        (target) => target.kind === "whole" && (target.target.kind === "package" || target.target.kind === "builtin"),
      );
      return foreign || keeps(module, reference.callee) ? "weak" : "full";
    } catch {
      return "full";
    }
  }

  const youngest = modules
    .map(({ path }) => files.read(path))
    .reduce((best, file) => (file.unchangedSince > best.unchangedSince ? file : best));

  return {
    youngest,
    on(state) {
      if ("package" in state) {
        const key = packageKey(state.package);
        return affecting({ key, strength: "full", changeable: true, alias: false, package: true });
      }
      const key = bindingKey(state.module, state.name);
      const changeable = isChangeable(state.module, state.name);
      return affecting({ key, strength: "full", changeable, alias: false, package: false });
    },
    onGlobals: () => affecting({ key: globalsKey, strength: "full", changeable: true, alias: false, package: false }),
  };
}

interface StateKey {
  readonly key: string;
  readonly strength: Strength;
  readonly changeable: boolean;
  readonly alias: boolean;
  readonly package: boolean;
}

/** What every function has, and leaves it as it is. */
const ownMethods = new Set(["call", "apply", "bind", "toString", "name", "length"]);

/** Whether using a unit so may run code that is in it. Assigning a property may: there are setters. */
function mayRun(used: GraphUnit, { use }: Reference): boolean {
  if (use === "read") return false;
  const assigned = use === "write" || use === "change";
  return !assigned || used.module.analysis.units[used.index]!.kind !== "function";
}

function declaredBy(unit: GraphUnit): string[] {
  const found: string[] = [];
  for (const [name, facts] of unit.module.analysis.scope.names) if (facts.units.includes(unit.index)) found.push(name);
  return found;
}

function bindingKey(module: GraphModule, name: string): string {
  return `binding ${module.path} ${name}`;
}

function packageKey(name: string): string {
  return `package ${name}`;
}

/** The name under which effects on a package, or on a module of Node, are kept. */
export function packageName(
  target: { readonly identity: { readonly name: string } } | { readonly name: string },
): string {
  return "identity" in target ? target.identity.name : `node:${target.name}`;
}

/** Packages are set up by assignments, and by calls whose result nobody wants: `dayjs.extend(utc)`. */
function changesPackage(reference: Reference, installed: boolean): boolean {
  if (reference.use === "change" || reference.use === "write") return true;
  const called = reference.use === "call" || reference.use === "receiver" || reference.use === "argument";
  return installed && called && reference.discarded;
}

const definers = /^(Object\.(assign|define\w+|setPrototypeOf)|Reflect\.(set|defineProperty|setPrototypeOf))$/;

function changesGlobal(reference: Reference): boolean {
  if (reference.name === "module" || reference.name === "exports" || reference.name === "this") return false;
  if (reference.use === "change" || reference.use === "write") {
    return !(reference.name === "process" && (reference.property === "exitCode" || reference.property === "title"));
  }
  return reference.use === "argument" && reference.callee !== undefined && definers.test(reference.callee);
}
