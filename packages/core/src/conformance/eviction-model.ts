import { type EvictionPolicy, evictionRank } from "../eviction/eviction-policy.js";

/** An entry of the model. */
interface Modelled {
  readonly key: string;
  storedSequence: number;
  usedSequence: number;
  hits: number;
  readonly costSeconds: number;
  readonly sizeBytes: number;
  readonly priority: number;
  rank: number;
}

/**
 * What priorities and the eviction policies say, with nothing but `evictionRank` and a look at every entry: room for so many
 * blobs, all of one size.
 */
export class EvictionModel {
  readonly #policy: EvictionPolicy;
  readonly #capacity: number;
  readonly #sizeBytes: number;
  readonly #entries = new Map<string, Modelled>();
  #sequence = 0;
  #age = 0;

  constructor(policy: EvictionPolicy, { capacity, sizeBytes }: { capacity: number; sizeBytes: number }) {
    this.#policy = policy;
    this.#capacity = capacity;
    this.#sizeBytes = sizeBytes;
  }

  /** The keys there are, sorted. */
  get keys(): string[] {
    return [...this.#entries.keys()].sort();
  }

  /** Makes room, then stores. */
  set(key: string, costSeconds: number, priority = 0): void {
    this.#entries.delete(key);
    this.cull(this.#capacity - 1);
    this.store(key, costSeconds, priority);
  }

  /** Stores without making room. */
  store(key: string, costSeconds: number, priority = 0): void {
    this.#entries.delete(key);
    const sequence = ++this.#sequence;
    const use = { storedSequence: sequence, usedSequence: sequence, hits: 0, costSeconds, sizeBytes: this.#sizeBytes };
    this.#entries.set(key, { key, ...use, priority, rank: evictionRank(this.#policy, use, this.#age) });
  }

  /** Gives what is there another priority, which stores it anew; `false` when it is not. */
  prioritise(key: string, priority: number): boolean {
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.store(key, entry.costSeconds, priority);
    return entry !== undefined;
  }

  read(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    entry.usedSequence = ++this.#sequence;
    entry.hits++;
    entry.rank = evictionRank(this.#policy, entry, this.#age);
    return true;
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  /** Evicts until no more than `count` are left. @param spared - a key that is passed over */
  cull(count: number, spared?: string): void {
    while (this.#entries.size > count) {
      const [first] = [...this.#entries.values()]
        .filter(({ key }) => key !== spared)
        .sort((a, b) => a.priority - b.priority || a.rank - b.rank || a.storedSequence - b.storedSequence);
      this.#age = Math.max(this.#age, first!.rank);
      this.#entries.delete(first!.key);
    }
  }
}
