/**
 * The order of keys and tags everywhere: by UTF-8 bytes, which is the order of code points. Lone surrogates count as
 * the code points they are.
 *
 * @returns less than 0, 0, or more than 0
 */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === shorter) return a.length - b.length;
  const [unitA, unitB] = [a.charCodeAt(at), b.charCodeAt(at)];
  // UTF-16 differs from UTF-8 only where surrogates meet what lies above them.
  if (unitA < 0xd800 && unitB < 0xd800) return unitA - unitB;
  // A shared first half belongs to both code points.
  const before = at > 0 ? a.charCodeAt(at - 1) : 0;
  const start = before >= 0xd800 && before < 0xdc00 ? at - 1 : at;
  return a.codePointAt(start)! - b.codePointAt(start)! || a.codePointAt(at)! - b.codePointAt(at)!;
}
