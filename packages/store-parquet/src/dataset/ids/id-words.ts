/** Ids as words of 32 bits, so that no bigint is made: little-endian, as everything Larder runs on. */

/** The words of ids: two for each, the lower first. No copy. */
export function wordsOfIds(ids: BigInt64Array): Int32Array {
  return new Int32Array(ids.buffer, ids.byteOffset, ids.length * 2);
}

/** `id >> 16`, exactly, of the id whose words stand at `at` and `at + 1`. */
export function highAt(words: Int32Array, at: number): number {
  return words[at + 1]! * 65536 + (words[at]! >>> 16);
}

/** What is to be known of ids before something is made of them. */
export interface IdSurvey {
  /** Whether they are in ascending order; they may repeat. The numbers below count only then. */
  readonly ascending: boolean;
  readonly distinct: number;
  /** How many containers they fall into. */
  readonly containers: number;
}

/** Looks at ids up to the first that is less than the one before. */
export function surveyIds(words: Int32Array): IdSurvey {
  if (words.length === 0) return { ascending: true, distinct: 0, containers: 0 };
  let distinct = 1;
  let containers = 1;
  let lower = words[0]!;
  let upper = words[1]!;
  for (let i = 2; i < words.length; i += 2) {
    const nextLower = words[i]!;
    const nextUpper = words[i + 1]!;
    if (nextUpper === upper) {
      if (nextLower === lower) continue;
      if (nextLower >>> 0 < lower >>> 0) return { ascending: false, distinct, containers };
      if (nextLower >>> 16 !== lower >>> 16) containers++;
    } else if (nextUpper < upper) return { ascending: false, distinct, containers };
    else containers++;
    distinct++;
    lower = nextLower;
    upper = nextUpper;
  }
  return { ascending: true, distinct, containers };
}

/** Below, at or above 0, as the id at `a` of `inA` is less than, equal to or greater than that at `b` of `inB`. */
export function compareAt(inA: Int32Array, a: number, inB: Int32Array, b: number): number {
  return inA[a + 1]! - inB[b + 1]! || (inA[a]! >>> 0) - (inB[b]! >>> 0);
}

/**
 * The first index of `sorted` whose id is at least the one at `at` of `words`; the number of ids when there is none. Looks first
 * near `guess`, from 0 to that number, then further and further away.
 */
export function seekId(sorted: Int32Array, guess: number, words: Int32Array, at: number): number {
  const count = sorted.length >>> 1;
  let from = guess;
  let to = guess;
  if (guess < count && compareAt(sorted, guess * 2, words, at) < 0) {
    from = guess + 1;
    to = from;
    for (let step = 1; to < count && compareAt(sorted, to * 2, words, at) < 0; step *= 2) {
      from = to + 1;
      to = Math.min(count, to + step);
    }
  } else {
    for (let step = 1; from > 0 && compareAt(sorted, (from - 1) * 2, words, at) >= 0; step *= 2) {
      to = from - 1;
      from = Math.max(0, from - step);
    }
  }
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (compareAt(sorted, middle * 2, words, at) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
