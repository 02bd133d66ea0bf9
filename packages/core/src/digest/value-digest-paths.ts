import { types } from "node:util";
import { columnDigests } from "./arrow/arrow-digest.js";
import { arrowValueOf } from "./arrow/arrow-shape.js";
import { UndigestableValueError } from "./undigestable-value-error.js";
import { valueDigest } from "./value-digest.js";
import { kindOf } from "./value-kind.js";
import { renderStep } from "./value-path.js";

/** How far {@link valueDigestPaths} looks into a value. */
export interface ValueDigestPathsOptions {
  /** Levels below the value itself. Default 3. */
  readonly depth?: number;
  /** Paths in all; a container whose parts would pass this is not opened. Default 200. */
  readonly maximumPaths?: number;
}

/**
 * The digests of a value's parts by their path, such as `settings.threshold`, `files[2]`, `users.get("ann")`, and `""`
 * for the value itself. Kept beside a result, they tell later which part of an input has changed. Properties, elements,
 * entries of Maps and columns of Arrow tables are opened, level by level. Parts that cannot be digested are left out.
 *
 * Costs about as much as one {@link valueDigest} for each level.
 */
export function valueDigestPaths(
  value: unknown,
  options: ValueDigestPathsOptions = {},
): Readonly<Record<string, string>> {
  const { depth = 3, maximumPaths = 200 } = options;
  const digests = new Map<string, string>();
  let level: (readonly [path: string, part: unknown])[] = [["", value]];
  for (let at = 0; at <= depth && level.length > 0; at++) {
    for (const [path, part] of level) setDigest(digests, path, part);
    if (at === depth) break;
    const next: (readonly [string, unknown])[] = [];
    for (const [path, part] of level) {
      if (typeof part !== "object" || part === null) continue;
      const room = maximumPaths - digests.size - next.length;
      const table = columnsOf(part);
      if (table !== undefined && table.length <= room) {
        for (const [name, digest] of table) digests.set(path + renderStep(part, name, path === ""), digest);
      }
      const parts = partsOf(part, room);
      for (const [step, child] of parts) next.push([path + renderStep(part, step, path === ""), child]);
    }
    level = next;
  }
  return Object.fromEntries(digests);
}

function setDigest(digests: Map<string, string>, path: string, part: unknown): void {
  try {
    digests.set(path, valueDigest(part));
  } catch (error) {
    if (!(error instanceof UndigestableValueError)) throw error;
  }
}

/** The parts of a container with the step to each; none when there are more than `room`. */
function partsOf(container: object, room: number): (readonly [step: string | number, part: unknown])[] {
  const kind = kindOf(container);
  if (kind === "map") {
    const map = container as Map<unknown, unknown>;
    return map.size > room ? [] : [...map.values()].map((part, index) => [index * 2 + 1, part] as const);
  }
  if (kind === "array") {
    const array = container as unknown[];
    return array.length > room ? [] : array.map((_, index) => [index, dataOf(array, index)] as const);
  }
  if (kind !== "object" && kind !== "null-object") return [];
  const names = Object.keys(container);
  return names.length > room ? [] : names.sort().map((name) => [name, dataOf(container, name)] as const);
}

/** A property without running its getter: a getter has no digest, nor has the symbol that stands for it here. */
function dataOf(container: object, step: string | number): unknown {
  const property = Object.getOwnPropertyDescriptor(container, step);
  return property?.get === undefined && property?.set === undefined ? property?.value : Symbol("getter");
}

function columnsOf(part: object): readonly (readonly [name: string, digest: string])[] | undefined {
  if (types.isProxy(part)) return undefined;
  const arrow = arrowValueOf(part);
  if (arrow === undefined || arrow.kind === "vector") return undefined;
  try {
    return columnDigests(arrow);
  } catch {
    return undefined;
  }
}
