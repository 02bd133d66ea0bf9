import { cacheKeySymbol } from "@larder/core";
import { func, Pipeline } from "@larder/pipeline";
import type { CallsSeen } from "./counted-calls.js";

// Apart from the tests: what those do with a node would be part of its code.

export interface Source {
  readonly path: string;
  readonly text: string;
}

export const words = func(
  { name: "words", inputs: ["files", "least"], output: "words", mapAxis: "files", keyAttribute: "path", cache: true },
  ({ files: file, least }: { files: Source; least: number }) => {
    (globalThis as CallsSeen).called?.push(file.path);
    return file.text.split(" ").filter((word) => word.length >= least);
  },
);
export const count = func(
  { inputs: ["words"], output: "count", cache: true },
  ({ words }: { words: readonly string[][] }) => {
    (globalThis as CallsSeen).called?.push("count");
    return words.flat().length;
  },
);
export const texts = new Pipeline([words, count], { name: "texts" });

/** `count` files of three words. */
export function sourcesOf(count: number): readonly Source[] {
  return Array.from({ length: count }, (_, index) => ({ path: `f${index}.txt`, text: `word${index} is one` }));
}

/** What is to fail now, and how often each was tried. */
export interface CheckState {
  failing?: Set<string>;
}

export interface Item {
  readonly id: string;
}

const check = func(
  { name: "check", inputs: ["items"], output: "checked", mapAxis: "items", keyAttribute: "id", cache: true },
  ({ items: item }: { items: Item }) => {
    (globalThis as CallsSeen).called?.push(item.id);
    if ((globalThis as CheckState).failing?.has(item.id)) throw new Error(`'${item.id}' is wrong`);
    return item.id.toUpperCase();
  },
);
const total = func(
  { inputs: ["checked"], output: "total", cache: true },
  ({ checked }: { checked: readonly string[] }) => checked.join(""),
);
export const checks = new Pipeline([check, total], { name: "checks" });

const half = func({ inputs: ["limit"], output: "least", cache: true }, ({ limit }: { limit: number }) =>
  Math.floor(limit / 2),
);
export const halves = new Pipeline([half, words], { name: "halves" });

const anew = func(
  { name: "doubled", inputs: ["list"], output: "doubled", mapAxis: "list", behavior: "recompute" },
  ({ list: item }: { list: number }) => {
    (globalThis as CallsSeen).called?.push(String(item));
    return item * 2;
  },
);
export const recomputed = new Pipeline([anew], { name: "recomputed" });

/** Called by the node below when it comes to `d`. */
export interface AbortState {
  atD?: () => void;
}

const stops = func(
  { name: "stops", inputs: ["items"], output: "stops", mapAxis: "items", cache: true },
  ({ items: item }: { items: string }) => {
    (globalThis as CallsSeen).called?.push(item);
    if (item === "d") (globalThis as AbortState).atD?.();
    return item;
  },
);
export const stopping = new Pipeline([stops], { name: "stopping" });

const lengths = func(
  { name: "lengths", inputs: ["words"], output: "lengths", mapAxis: "words", cache: true },
  ({ words: list }: { words: readonly string[] }) => {
    (globalThis as CallsSeen).called?.push("length");
    return { length: list.join("").length, padding: "x".repeat(2000) };
  },
);
const sum = func(
  { inputs: ["lengths"], output: "sum", cache: true },
  ({ lengths }: { lengths: readonly { readonly length: number }[] }) => {
    (globalThis as CallsSeen).called?.push("sum");
    return lengths.reduce((total, { length }) => total + length, 0);
  },
);
export const chained = new Pipeline([words, lengths, sum], { name: "chained" });

const kinds = func(
  { name: "kinds", inputs: ["items", "asFunction"], output: "kinds", mapAxis: "items", cache: true },
  ({ items: { n } }: { items: { readonly n: unknown }; asFunction: boolean }) => {
    (globalThis as CallsSeen).called?.push(typeof n);
    return typeof n;
  },
);
export const refused = new Pipeline([kinds], { name: "refused" });

const odd = func(
  { name: "odd", inputs: ["items"], output: "odd", mapAxis: "items", cache: true },
  ({ items: { n } }: { items: { readonly n: number } }) => {
    (globalThis as CallsSeen).called?.push(String(n));
    return n % 2 === 0 ? n : () => n;
  },
);
export const isOdd = new Pipeline([odd], { name: "odd" });

const tenfold = func(
  { name: "fresh", inputs: ["items"], output: "fresh", mapAxis: "items", ttlSeconds: 60, cache: true },
  ({ items: item }: { items: number }) => {
    (globalThis as CallsSeen).called?.push(String(item));
    return item * 10;
  },
);
export const fresh = new Pipeline([tenfold], { name: "fresh" });

const added = func({ inputs: ["factor"], output: "added", cache: true }, ({ factor }: { factor: number }) =>
  Math.floor(factor / 2),
);
const squares = func(
  { name: "squares", inputs: ["items", "added"], output: "squares", mapAxis: "items", cache: true },
  ({ items: item, added }: { items: number; added: number }) => {
    (globalThis as CallsSeen).called?.push(`s${item},${added}`);
    if ((globalThis as { failingSquare?: number }).failingSquare === item) throw new Error("fails");
    return item * item + added;
  },
);
const halved = func(
  { name: "halved", inputs: ["squares"], output: "halved", mapAxis: "squares", cache: true },
  ({ squares: square }: { squares: number }) => {
    (globalThis as CallsSeen).called?.push(`h${square}`);
    return square >> 2;
  },
);
const sumOf = func(
  { name: "sum", inputs: ["halved"], output: "sum", cache: true },
  ({ halved }: { halved: readonly number[] }) => halved.reduce((sum, half) => sum + half, 0),
);
/** Squares of items, a quarter of each, and their sum. */
export const chain = new Pipeline([added, squares, halved, sumOf], { name: "chain" });

const length = ({ list }: { list: { readonly length: number } }) => list.length;
/** The same function over the items of a list, or of the list: made in one place, so that its code is the same. */
function lengthOf(mapped: { readonly mapAxis?: "list" }) {
  return new Pipeline([func({ name: "n", inputs: ["list"], output: "n", cache: true, ...mapped }, length)]);
}
export const each = lengthOf({ mapAxis: "list" });
export const whole = lengthOf({});

const timesTen = ({ items: item }: { items: number }) => {
  (globalThis as CallsSeen).called?.push(String(item));
  return item * 10;
};
/** A pipeline whose items may have a time to live, in seconds; that joins no key. */
function tensOf(ttlSeconds?: number) {
  const ttl = ttlSeconds === undefined ? {} : { ttlSeconds };
  return new Pipeline(
    [func({ name: "tens", inputs: ["items"], output: "tens", mapAxis: "items", cache: true, ...ttl }, timesTen)],
    { name: "tens" },
  );
}
export const lasting = tensOf();
export const passing = tensOf(30);

/** Has a digest, and no codec. */
class Mark {
  constructor(readonly n: number) {}
  [cacheKeySymbol](): unknown {
    return ["mark", this.n];
  }
}
const mark = func(
  { name: "marks", inputs: ["items"], output: "marks", mapAxis: "items", cache: true },
  ({ items: item }: { items: number }) => {
    (globalThis as CallsSeen).called?.push(String(item));
    return item % 2 === 0 ? item : new Mark(item);
  },
);
export const marks = new Pipeline([mark], { name: "marks" });
