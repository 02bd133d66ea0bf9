/** What a {@link LazyHeap} needs to know of its items. */
export interface HeapOrder<Item> {
  /** The rank of an item now, or `undefined` when it is gone. It may rise while the item is in the heap, never fall. */
  readonly rankOf: (item: Item) => number | undefined;
  /** Decides before the rank: the lower goes first. Never changes. Absent: all are equal. */
  readonly priorityOf?: (item: Item) => number;
  /** Decides among equal ranks: the lower goes first. Never changes. */
  readonly sequenceOf: (item: Item) => number;
  /** Every item that is to be in the heap, for making it anew. */
  readonly all: () => Iterable<Item>;
  /** How many of them there are, at most. */
  readonly count: () => number;
}

/**
 * A binary heap, lowest priority and then rank first, that is told only of what comes: what has gone is dropped, and what has risen is put
 * right, when it gets to the top. So a read costs nothing here, and a write little.
 */
export class LazyHeap<Item> {
  readonly #order: HeapOrder<Item>;
  #items: Item[] = [];
  #ranks: number[] = [];

  constructor(order: HeapOrder<Item>) {
    this.#order = order;
    this.#makeAnew();
  }

  push(item: Item): void {
    if (this.#items.length > 2 * this.#order.count() + 64) {
      this.#makeAnew();
      return;
    }
    const rank = this.#order.rankOf(item);
    if (rank === undefined) return;
    this.#items.push(item);
    this.#ranks.push(rank);
    this.#rise(this.#items.length - 1);
  }

  /** The item that goes first; it stays in the heap until it is gone. */
  first(): Item | undefined {
    for (;;) {
      const item = this.#items[0];
      if (item === undefined) return undefined;
      const rank = this.#order.rankOf(item);
      if (rank === this.#ranks[0]) return item;
      if (rank === undefined) {
        this.dropFirst();
      } else {
        this.#ranks[0] = rank;
        this.#sink(0);
      }
    }
  }

  /** Takes the first item out. */
  dropFirst(): void {
    const item = this.#items.pop();
    const rank = this.#ranks.pop();
    if (item === undefined || rank === undefined || this.#items.length === 0) return;
    this.#items[0] = item;
    this.#ranks[0] = rank;
    this.#sink(0);
  }

  #makeAnew(): void {
    this.#items = [];
    this.#ranks = [];
    for (const item of this.#order.all()) {
      const rank = this.#order.rankOf(item);
      if (rank === undefined) continue;
      this.#items.push(item);
      this.#ranks.push(rank);
    }
    for (let at = (this.#items.length >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(from: number): void {
    const { length } = this.#items;
    let at = from;
    for (;;) {
      let lowest = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2 && child < length; child++) {
        if (this.#isBefore(child, lowest)) lowest = child;
      }
      if (lowest === at) return;
      this.#swap(at, lowest);
      at = lowest;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const { priorityOf } = this.#order;
    if (priorityOf !== undefined) {
      const difference = priorityOf(this.#items[a]!) - priorityOf(this.#items[b]!);
      if (difference !== 0) return difference < 0;
    }
    const difference = this.#ranks[a]! - this.#ranks[b]!;
    if (difference !== 0) return difference < 0;
    return this.#order.sequenceOf(this.#items[a]!) < this.#order.sequenceOf(this.#items[b]!);
  }

  #swap(a: number, b: number): void {
    const item = this.#items[a]!;
    const rank = this.#ranks[a]!;
    this.#items[a] = this.#items[b]!;
    this.#ranks[a] = this.#ranks[b]!;
    this.#items[b] = item;
    this.#ranks[b] = rank;
  }
}
