import type { DatabaseStep } from "./database-steps.js";

/** At least so many flights are needed for the three choices of ids. */
export const fewestFlights = 3;

const seed = 2001;
const mostIds = 200_000;
const mostAdded = 1000;

/**
 * The ids a step asks for: distinct, in an order by chance, the same for the same number of flights. 200,000 at first, 1,000 added, 200,000
 * others; fewer where there are few flights.
 *
 * @param flights - ids are 1 to this; at least `fewestFlights`
 */
export function chosenIds(flights: number, which: DatabaseStep["ids"]): Int32Array {
  const count = Math.max(1, Math.min(mostIds, Math.floor(flights * 0.4)));
  const added = Math.max(1, Math.min(mostAdded, Math.floor(flights * 0.1)));
  const mixed = mixedIds(flights, count * 2 + added);
  switch (which) {
    case "first":
      return mixed.subarray(0, count);
    case "first-and-added":
      return mixed.subarray(0, count + added);
    case "others":
      return mixed.subarray(count + added);
  }
}

/** Some of the numbers 1 to `flights`, drawn without putting back. */
function mixedIds(flights: number, wanted: number): Int32Array {
  const random = seededRandom(seed);
  const ids = new Int32Array(flights);
  for (let at = 0; at < flights; at++) ids[at] = at + 1;
  for (let at = 0; at < wanted; at++) {
    const from = at + Math.floor(random() * (flights - at));
    const drawn = ids[from]!;
    ids[from] = ids[at]!;
    ids[at] = drawn;
  }
  return ids.slice(0, wanted);
}

/** Numbers from 0 to 1 that follow from a seed: a Weyl sequence, mixed. */
function seededRandom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
