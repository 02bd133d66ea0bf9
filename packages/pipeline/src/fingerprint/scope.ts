/** A name a scope declares. */
export interface ScopeName {
  /** Holds what `createRequire` gave: calls of it load files. */
  requires: boolean;
  /** Of a module-level name: the indexes of the units that declare it; more than one for merged enums, `var`s, overloads. */
  readonly units: number[];
}

/** A region of source with names of its own. Offsets count UTF-16 code units. */
export interface Scope {
  readonly kind: "module" | "function" | "block";
  readonly parent: Scope | undefined;
  readonly start: number;
  readonly end: number;
  readonly names: Map<string, ScopeName>;
}

/** What every function but an arrow has of its own. */
const ownOfFunctions = ["this", "arguments", "super", "new.target"];

export function moduleScope(end: number): Scope {
  return { kind: "module", parent: undefined, start: 0, end, names: new Map() };
}

export function innerScope(kind: "function" | "block", parent: Scope, at: { start: number; end: number }): Scope {
  return { kind, parent, start: at.start, end: at.end, names: new Map() };
}

/** The scope of a function's parameters; that of its body lies inside. */
export function functionScope(parent: Scope, at: { start: number; end: number }, arrow: boolean): Scope {
  const scope = innerScope("function", parent, at);
  if (!arrow) for (const name of ownOfFunctions) declare(scope, name);
  return scope;
}

/** @param unit index of the module-level unit that declares it, when the scope is the module's */
export function declare(scope: Scope, name: string, unit?: number): ScopeName {
  let facts = scope.names.get(name);
  if (facts === undefined) {
    facts = { requires: false, units: [] };
    scope.names.set(name, facts);
  }
  if (unit !== undefined && scope.kind === "module" && !facts.units.includes(unit)) facts.units.push(unit);
  return facts;
}

/** Where `var` puts its names. */
export function varScope(scope: Scope): Scope {
  let found = scope;
  while (found.kind === "block" && found.parent !== undefined) found = found.parent;
  return found;
}

/** The scope that a name used in `scope` belongs to; `undefined` for a global. */
export function scopeOf(name: string, scope: Scope): Scope | undefined {
  let found: Scope | undefined = scope;
  while (found !== undefined && !found.names.has(name)) found = found.parent;
  return found;
}
