import type { ColumnSpans, PageSpans, Span } from "./page-spans.js";

/** A changed file, and what was done to it. */
export interface Mutation {
  /** Until the next mutation. */
  readonly bytes: Uint8Array;
  readonly place: "header" | "levels" | "values" | "indexes" | "footer";
  readonly kind: MutationKind;
  /** Nothing outside the levels and values of one page was changed: where the page has a checksum, it tells. */
  readonly isInBody: boolean;
}

export type MutationKind = "flip" | "set" | "step" | "fill" | "move" | "swap" | "shift" | "cut";

/** Changes one page, so that whoever reads the column meets it. */
export function mutatePage(bytes: Uint8Array, { pages }: ColumnSpans, random: () => number): Mutation {
  const page = pages[below(random, pages.length)]!;
  const isEmpty = ([start, end]: Span) => start === end;
  const draw = random();
  let place: Mutation["place"] = draw < 0.35 ? "header" : draw < 0.6 ? "levels" : "values";
  if (place === "levels" && isEmpty(page.levels)) place = "values";
  if (place === "values" && isEmpty(page.values)) place = "header";
  const kind = kindFor(random);
  const body: Span = [page.levels[0], page.values[1]];
  if (kind === "swap") return { bytes: swapped(bytes, page, pages, random), place, kind, isInBody: false };
  if (kind === "shift") {
    // The rest of the page moves forward, and its end stays as it was.
    const [start, end] = place === "header" ? page.header : page[place];
    const changed = copied(bytes);
    const at = start + below(random, end - start);
    changed.copyWithin(at, Math.min(at + 1 + below(random, 4), body[1]), body[1]);
    return { bytes: changed, place, kind, isInBody: place !== "header" };
  }
  if (kind === "cut") {
    const at = page.header[0] + below(random, body[1] - page.header[0]);
    const count = Math.min(1 + below(random, 9), body[1] - at);
    return { bytes: without(bytes, at, at + count), place, kind, isInBody: false };
  }
  const [start, end] = page[place as "header" | "levels" | "values"];
  // What the first bytes of values say decides how the rest is read.
  const near: Span = place === "values" && random() < 0.4 ? [start, Math.min(start + 12, end)] : [start, end];
  return { bytes: changedWithin(bytes, near, kind, random), place, kind, isInBody: place !== "header" };
}

/** Changes the indexes of a column, or the footer. */
export function mutateAround(
  bytes: Uint8Array,
  { indexes }: ColumnSpans,
  footer: Span,
  random: () => number,
): Mutation {
  const place = indexes.length > 0 && random() < 0.6 ? "indexes" : "footer";
  const span = place === "indexes" ? indexes[below(random, indexes.length)]! : footer;
  const kind = kindFor(random);
  if (kind !== "cut" && kind !== "swap" && kind !== "shift") {
    return { bytes: changedWithin(bytes, span, kind, random), place, kind, isInBody: false };
  }
  const at = span[0] + below(random, span[1] - span[0]);
  return {
    bytes: without(bytes, at, Math.min(at + 1 + below(random, 5), bytes.length)),
    place,
    kind: "cut",
    isInBody: false,
  };
}

function kindFor(random: () => number): MutationKind {
  const draw = random();
  if (draw < 0.35) return "flip";
  if (draw < 0.55) return "set";
  if (draw < 0.75) return "step";
  if (draw < 0.82) return "fill";
  if (draw < 0.88) return "move";
  if (draw < 0.93) return "swap";
  return draw < 0.97 ? "shift" : "cut";
}

/** Bits flipped, bytes set to telling values or made one or two more or less, stretches overwritten: within a span. */
function changedWithin(bytes: Uint8Array, [start, end]: Span, kind: MutationKind, random: () => number): Uint8Array {
  const changed = copied(bytes);
  const place = () => start + below(random, end - start);
  switch (kind) {
    case "flip":
      for (let i = below(random, 3); i >= 0; i--) changed[place()]! ^= 1 << below(random, 8);
      break;
    case "set":
      // The last: an encoding, or another small number, as headers state them.
      for (let i = below(random, 4); i >= 0; i--)
        changed[place()] = [0, 0xff, 0x7f, 0x80, 1, 2 * below(random, 10)][below(random, 6)]!;
      break;
    case "step":
      changed[place()]! += [1, -1, 2, -2][below(random, 4)]!;
      break;
    case "fill": {
      const at = place();
      changed.fill([0, 0xff, below(random, 256)][below(random, 3)]!, at, Math.min(at + 1 + below(random, 40), end));
      break;
    }
    default: {
      const [from, to] = [place(), place()];
      const length = Math.min(1 + below(random, 24), end - from, end - to);
      changed.copyWithin(to, from, from + length);
    }
  }
  return changed;
}

/** A stretch of the page and one as long of another page, or of this one, in each other's place. */
function swapped(bytes: Uint8Array, page: PageSpans, pages: readonly PageSpans[], random: () => number): Uint8Array {
  const other = pages[below(random, pages.length)]!;
  const isWhole = random() < 0.5;
  const [one, two] = [page, other].map(({ header, values }) =>
    isWhole ? header[0] : header[0] + below(random, values[1] - header[0]),
  ) as [number, number];
  const most = Math.min(page.values[1] - one, other.values[1] - two);
  const length = isWhole ? most : 1 + below(random, most);
  const changed = copied(bytes);
  changed.set(bytes.subarray(two, two + length), one);
  changed.set(bytes.subarray(one, one + length), two);
  return changed;
}

function without(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const changed = copied(bytes);
  changed.copyWithin(start, end);
  return changed.subarray(0, bytes.length - (end - start));
}

/** One memory for all changed files: a hundred thousand copies would mostly be work for the garbage collector. */
let scratch = new Uint8Array(0);

function copied(bytes: Uint8Array): Uint8Array {
  if (scratch.length < bytes.length) scratch = new Uint8Array(bytes.length);
  scratch.set(bytes);
  return scratch.subarray(0, bytes.length);
}

function below(random: () => number, most: number): number {
  return Math.floor(random() * most);
}
