import { closest, distance } from "fastest-levenshtein";

/** The name most like `wanted`, by edits; `undefined` when none is at all like it. */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const nearest = closest(wanted.toLowerCase(), [...names]);
  const allowed = Math.max(2, Math.ceil(wanted.length / 2));
  return distance(wanted.toLowerCase(), nearest.toLowerCase()) <= allowed ? nearest : undefined;
}
