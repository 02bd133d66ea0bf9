/** The name most like `wanted`, when one is alike enough to be what was meant. */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const name of names) {
    const [asked, known] = [wanted.toLowerCase(), name.toLowerCase()];
    // What was left off at the end, such as a unit, counts as one.
    const edits = asked.length > 2 && known.startsWith(asked) ? 1 : editsBetween(asked, known);
    if (best === undefined || edits < best.edits) best = { name, edits };
  }
  if (best === undefined) return undefined;
  return best.edits <= Math.max(2, Math.ceil(Math.max(wanted.length, best.name.length) / 2)) ? best.name : undefined;
}

/**
 * Insertions, deletions and replacements that make `b` of `a`. Source: V. Levenshtein, 1966, in the form with one row of
 * R. Wagner and M. Fischer, "The string-to-string correction problem", 1974.
 */
function editsBetween(a: string, b: string): number {
  const row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0]!;
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const replaced = diagonal + (a[i - 1] === b[j - 1] ? 0 : 1);
      diagonal = row[j]!;
      row[j] = Math.min(replaced, row[j]! + 1, row[j - 1]! + 1);
    }
  }
  return row[b.length]!;
}
