import { wordsPerContainer } from "./bit-words.js";
import { hasLow } from "./container-places.js";
import type { Container, ListContainer } from "./id-set.js";
import { addToWords, containerOfLows, containerOfWords, longestList } from "./make-container.js";

/** Filled and read within one call, never across calls. */
const left = new Uint32Array(wordsPerContainer);
const right = new Uint32Array(wordsPerContainer);
const lows = new Uint16Array(longestList);

/** Ids of either of two containers of the same place; one of them itself when it has them all. */
export function uniteContainers(a: Container, b: Container): Container {
  if (a === b || a.size === 65536) return a;
  if (b.size === 65536) return b;
  if (a.kind === "list" && b.kind === "list" && a.size + b.size <= longestList) return uniteLists(a, b);
  left.fill(0);
  addToWords(a, left);
  addToWords(b, left);
  return shared(containerOfWords(a.high, left), a, b)!;
}

/** Ids of both of two containers of the same place; one of them itself when it has no others. */
export function intersectContainers(a: Container, b: Container): Container | undefined {
  if (a === b || b.size === 65536) return a;
  if (a.size === 65536) return b;
  if (a.kind === "list") return shared(filterList(a, b, true), a, b);
  if (b.kind === "list") return shared(filterList(b, a, true), a, b);
  fillBoth(a, b);
  for (let i = 0; i < wordsPerContainer; i++) left[i]! &= right[i]!;
  return shared(containerOfWords(a.high, left), a, b);
}

/** Ids of `a` that are not in `b`; `a` itself when that is all. */
export function subtractContainers(a: Container, b: Container): Container | undefined {
  if (a === b || b.size === 65536) return undefined;
  if (a.kind === "list") return shared(filterList(a, b, false), a, a);
  fillBoth(a, b);
  for (let i = 0; i < wordsPerContainer; i++) left[i]! &= ~right[i]!;
  return shared(containerOfWords(a.high, left), a, a);
}

/** Whether two containers of the same place have the same ids. */
export function sameContainers(a: Container, b: Container): boolean {
  if (a === b) return true;
  if (a.size !== b.size || a.kind !== b.kind) return false;
  const inA = contentOf(a);
  const inB = contentOf(b);
  if (inA.length !== inB.length) return false;
  for (let i = 0; i < inA.length; i++) if (inA[i] !== inB[i]) return false;
  return true;
}

/** Whether `a` has every id of `b`. */
export function holdsContainer(a: Container, b: Container): boolean {
  if (a === b || a.size === 65536) return true;
  if (a.size < b.size) return false;
  if (b.kind === "list") {
    for (const low of b.lows) if (!hasLow(a, low)) return false;
    return true;
  }
  fillBoth(a, b);
  for (let i = 0; i < wordsPerContainer; i++) if ((right[i]! & ~left[i]!) !== 0) return false;
  return true;
}

function contentOf(container: Container): Uint16Array | Uint32Array {
  if (container.kind === "list") return container.lows;
  return container.kind === "bits" ? container.words : container.runs;
}

function fillBoth(a: Container, b: Container): void {
  left.fill(0);
  right.fill(0);
  addToWords(a, left);
  addToWords(b, right);
}

function uniteLists(a: ListContainer, b: ListContainer): Container {
  let inA = 0;
  let inB = 0;
  let count = 0;
  while (inA < a.size && inB < b.size) {
    const lowA = a.lows[inA]!;
    const lowB = b.lows[inB]!;
    lows[count++] = Math.min(lowA, lowB);
    if (lowA <= lowB) inA++;
    if (lowB <= lowA) inB++;
  }
  while (inA < a.size) lows[count++] = a.lows[inA++]!;
  while (inB < b.size) lows[count++] = b.lows[inB++]!;
  return shared(containerOfLows(a.high, lows, count), a, b)!;
}

/** Ids of `list` that are in `other`, or with `inIt` false are not. */
function filterList(list: ListContainer, other: Container, inIt: boolean): Container | undefined {
  let count = 0;
  for (const low of list.lows) if (hasLow(other, low) === inIt) lows[count++] = low;
  return containerOfLows(list.high, lows, count);
}

/** One of the operands instead of a result with the same ids: they are subsets or supersets of it, so their size tells. */
function shared(result: Container | undefined, a: Container, b: Container): Container | undefined {
  if (result?.size === a.size) return a;
  return result?.size === b.size ? b : result;
}
