import type { PartPlace, PartRecord } from "../part-record.js";

/** How many recent parts of like size are merged into one. Fewer than so many recent parts are left alone. */
export const fanOut = 8;

/** Recent parts go into `base` once they are so great a part of it. */
const shareOfBase = 1 / 3;

/** Bytes of the greatest part of the lowest class, over {@link fanOut}: about what an empty part takes. */
const unitBytes = 4096;

/** What is to be merged next. */
export interface MergeChoice {
  /** Where the outcome goes: with `base`, the parts there that are touched are merged too. */
  readonly place: PartPlace;
  readonly recent: readonly PartRecord[];
}

/**
 * Which recent parts to merge next; `undefined` when nothing is to be gained. Eight of one class of size make one of the next
 * class, and all that is recent goes into `base` when it is a third of it: what is written is, over time, about ten times what
 * was stored at most, and there are at most seven recent parts of each class. Looks at sizes alone.
 */
export function chooseMerge(parts: Iterable<PartRecord>): MergeChoice | undefined {
  const all = [...parts];
  const recent = all.filter((part) => part.place === "recent");
  if (recent.length < fanOut) return undefined;
  const base = all.filter((part) => part.place === "base");
  if (bytesOf(recent) >= bytesOf(base) * shareOfBase) return { place: "base", recent };
  const tier = fullTier(recent);
  return tier && { place: "recent", recent: tier };
}

/** Bytes of some parts together. */
export function bytesOf(parts: readonly PartRecord[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0);
}

/** The parts of the lowest full class, and of those above that its outcome would fill: each is written once instead of twice. */
function fullTier(recent: readonly PartRecord[]): readonly PartRecord[] | undefined {
  const classes = new Map<number, PartRecord[]>();
  for (const part of recent) {
    const own = classOf(part.byteLength);
    classes.set(own, [...(classes.get(own) ?? []), part]);
  }
  const lowest = [...classes].filter(([, parts]) => parts.length >= fanOut).map(([own]) => own);
  if (lowest.length === 0) return undefined;
  let chosen: PartRecord[] = classes.get(Math.min(...lowest))!;
  for (;;) {
    const outcome = classOf(bytesOf(chosen));
    const filled = (classes.get(outcome) ?? []).filter((part) => !chosen.includes(part));
    if (filled.length + 1 < fanOut) return chosen;
    chosen = [...chosen, ...filled];
  }
}

/** Class `n`: less than 8ⁿ⁺¹ units. */
function classOf(bytes: number): number {
  let own = 0;
  for (let most = unitBytes * fanOut; bytes >= most; most *= fanOut) own++;
  return own;
}
