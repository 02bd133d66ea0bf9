import type { NodeSignature } from "@larder/core";
import type { FuncNode } from "./func-node.js";
import { inputsOf } from "./nested/nesting.js";
import { keyOfSignature } from "./node-keys.js";
import type { NodeKey, PreparedNode } from "./prepared-node.js";
import type { ChangedPart } from "./report.js";
import type { AbsentReason, ResultStore } from "./result-store.js";
import type { SignatureDetails } from "./signature-details.js";

/** Why a node is a miss. */
export interface MissExplanation {
  readonly reason: string;
  readonly because: readonly ChangedPart[];
}

/** Compares a node with the last time its result was stored. */
export async function explainMiss(options: {
  readonly store: ResultStore;
  readonly nodeName: string;
  readonly node: FuncNode;
  readonly key: NodeKey;
  readonly details: SignatureDetails;
  readonly absent: AbsentReason | "recompute" | "items gone";
}): Promise<MissExplanation> {
  const { store, nodeName, node, key, details, absent } = options;
  if (absent === "recompute") return { reason: "always recomputed", because: [] };
  if (absent !== "absent") return { reason: absent, because: [] };
  const last = await store.signature(nodeName);
  if (last === undefined) return { reason: "first run", because: [] };
  const lastKey = keyOfSignature(last);
  if (lastKey === key.key) return { reason: "result gone", because: [] };
  const before = await store.details(lastKey);
  const because = before === undefined ? [] : changedParts(before, details);
  return { reason: reasonOf(because, last, key), because: inOuterNames(because, node) };
}

/** The same with inputs by the names of the pipeline; signatures know them by what the function calls them. */
export function inOuterNames(changed: readonly ChangedPart[], node: FuncNode): readonly ChangedPart[] {
  if (node.nesting === undefined) return changed;
  const outer = new Map(inputsOf(node).map(({ argument, name }) => [argument, name]));
  return changed.map((part) => {
    if (part.part !== "input") return part;
    const name = outer.get(part.name) ?? part.name;
    const { path } = part;
    return { ...part, name, ...(path === undefined ? {} : { path: `${name}${path.slice(part.name.length)}` }) };
  });
}

/** What a node's signature is made of now. */
export function detailsOf(
  prepared: PreparedNode,
  key: NodeKey,
  parentValues: ReadonlyMap<string, string>,
): SignatureDetails | undefined {
  if (!prepared.identity.cached) return undefined;
  const nodeOf = new Map(prepared.parents.map(({ input, parent }) => [input, parent.node.name]));
  const parents = key.tokens.map(({ input, token }) => {
    const value = token.startsWith("v:") ? token.slice("v:".length) : parentValues.get(input);
    return [input, { node: nodeOf.get(input) ?? input, token, ...(value === undefined ? {} : { value }) }] as const;
  });
  return { ...prepared.identity.details(), parents: Object.fromEntries(parents) };
}

/** What differs between two signatures, named. */
export function changedParts(before: SignatureDetails, now: SignatureDetails): ChangedPart[] {
  const changed: ChangedPart[] = [];
  for (const [file, declaration] of differingCode(before, now)) changed.push({ part: "code", file, declaration });
  for (const name of differingNames(before.inputs, now.inputs, (a, b) => a.digest === b.digest)) {
    const paths = deepestPaths(differingNames(before.inputs[name]?.paths ?? {}, now.inputs[name]?.paths ?? {}));
    if (paths.length === 0) changed.push({ part: "input", name });
    for (const path of paths.slice(0, 20)) changed.push({ part: "input", name, path: within(name, path) });
  }
  for (const name of differingNames(before.captures, now.captures)) changed.push({ part: "capture", name });
  for (const side of ["runtime", "variables"] as const) {
    for (const variable of differingNames(before[side], now[side])) changed.push({ part: "environment", variable });
  }
  for (const option of differingNames(before.options, now.options)) changed.push({ part: "option", option });
  for (const input of differingNames(before.parents, now.parents, sameParent)) {
    changed.push({ part: "parent", node: (now.parents[input] ?? before.parents[input])!.node });
  }
  return changed;
}

function sameParent(a: SignatureDetails["parents"][string], b: SignatureDetails["parents"][string]): boolean {
  return a.token === b.token || (a.value !== undefined && a.value === b.value);
}

function differingCode(
  before: SignatureDetails,
  now: SignatureDetails,
): (readonly [file: string, declaration: string])[] {
  const byPlace = (parts: SignatureDetails["code"]) => {
    const places = new Map<string, { place: readonly [string, string]; hashes: string[] }>();
    for (const [file, declaration, hash] of parts) {
      const id = JSON.stringify([file, declaration]);
      const entry = places.get(id) ?? { place: [file, declaration] as const, hashes: [] };
      entry.hashes.push(hash);
      places.set(id, entry);
    }
    return places;
  };
  const [old, current] = [byPlace(before.code), byPlace(now.code)];
  const ids = [...new Set([...old.keys(), ...current.keys()])].sort();
  return ids
    .filter((id) => old.get(id)?.hashes.join() !== current.get(id)?.hashes.join())
    .map((id) => (current.get(id) ?? old.get(id))!.place);
}

function differingNames<T>(
  before: Readonly<Record<string, T>>,
  now: Readonly<Record<string, T>>,
  same: (a: T, b: T) => boolean = Object.is,
): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names.filter((name) => {
    const [a, b] = [before[name], now[name]];
    return a === undefined || b === undefined ? a !== b : !same(a, b);
  });
}

/** Of paths that contain one another only the innermost: that is where the difference is. The value itself has none. */
function deepestPaths(paths: readonly string[]): string[] {
  const contains = (outer: string, inner: string) =>
    inner.length > outer.length && inner.startsWith(outer) && /^[.[]/.test(inner.slice(outer.length));
  return paths.filter((path) => path !== "" && !paths.some((other) => contains(path, other)));
}

/** The path of a part of an input, beginning with the input's name. */
function within(name: string, path: string): string {
  return path.startsWith("[") ? `${name}${path}` : `${name}.${path}`;
}

function reasonOf(because: readonly ChangedPart[], last: NodeSignature, key: NodeKey): string {
  const words: Record<ChangedPart["part"], string> = {
    code: "code",
    input: "input",
    capture: "captured value",
    environment: "environment",
    option: "option",
    parent: "parent",
  };
  let parts = [...new Set(because.map(({ part }) => words[part]))];
  if (parts.length === 0) {
    // The details have gone, the hashes still tell the kind of change.
    parts = [];
    if (last.codeHash !== key.hashes.codeHash) parts.push("code");
    if (last.inputsHash !== key.hashes.inputsHash) parts.push("input");
    if (last.envHash !== key.hashes.envHash) parts.push("environment");
    if (last.depsHash !== key.depsHash) parts.push("parent");
  }
  const listed = parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}` : parts[0];
  return `${listed ?? "something"} changed`;
}
