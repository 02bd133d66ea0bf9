import { closest, distance } from "fastest-levenshtein";

/** The name most like `wanted`, when one is alike enough to be what was meant. */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const nearest = closest(wanted.toLowerCase(), [...names]);
  const allowed = Math.max(2, Math.ceil(Math.max(wanted.length, nearest.length) / 2));
  return distance(wanted.toLowerCase(), nearest.toLowerCase()) <= allowed ? nearest : undefined;
}

/** ` Did you mean 'x'?`, or nothing. */
export function didYouMean(wanted: string, names: readonly string[]): string {
  const nearest = nearestName(wanted, names);
  return nearest === undefined ? "" : ` Did you mean '${nearest}'?`;
}
