import { type EvictionPolicy, evictionRank } from "@larder/core";
import { accountedFileBytes, accountedRowBytes } from "../../src/space/accounted-bytes.js";

/** What is stored, in the terms of the definition of a policy. */
export interface ModelEntry {
  readonly byteLength: number;
  readonly costSeconds: number;
  readonly pinned: boolean;
  readonly priority: number;
  readonly forgetAt: number;
  readonly storedSequence: number;
  usedSequence: number;
  hits: number;
  rank: number;
}

type Measured = Pick<ModelEntry, "byteLength" | "priority">;

/** A cache as its definition says: the simplest program that does it, with every entry in a list. */
export class PolicyModel {
  readonly entries = new Map<string, ModelEntry>();
  #sequence = 0;
  #age = 0;

  constructor(
    readonly policy: EvictionPolicy,
    readonly limitBytes: number,
    readonly inlineLimitBytes: number,
  ) {}

  rowBytes(key: string, { byteLength, priority }: Measured): number {
    // Header, key, record with an xxh64 or a BLAKE3 and a priority, bytes or reference, checksum and sequence.
    const isInline = byteLength <= this.inlineLimitBytes;
    const rest = priority > 0 ? JSON.stringify({ priority }).length : 0;
    const record = 44 + (byteLength <= 65_536 ? 8 : 32) + rest;
    return accountedRowBytes(1 + key.length, 16 + key.length + record + (isInline ? byteLength : 41) + 16);
  }

  sizeOf(key: string, entry: Measured): number {
    const { byteLength } = entry;
    const fileBytes = byteLength > this.inlineLimitBytes ? accountedFileBytes(byteLength) : 0;
    return this.rowBytes(key, entry) + fileBytes;
  }

  get sizeBytes(): number {
    let sum = 0;
    for (const [key, entry] of this.entries) sum += this.sizeOf(key, entry);
    return sum;
  }

  /** @returns whether it could be stored */
  set(
    key: string,
    blob: { byteLength: number; costSeconds: number; pinned: boolean; priority: number; forgetAt: number },
    now: number,
  ): boolean {
    const before = this.entries.get(key);
    const isInline = blob.byteLength <= this.inlineLimitBytes;
    const replaced = before && isInline ? this.rowBytes(key, before) : 0;
    const growth = this.sizeOf(key, blob) - replaced;
    if (growth > 0 && !this.#makeRoom(this.sizeBytes + growth - this.limitBytes, now, key)) return false;
    const storedSequence = ++this.#sequence;
    const entry: ModelEntry = { ...blob, storedSequence, usedSequence: storedSequence, hits: 0, rank: 0 };
    entry.rank = this.#rank(key, entry);
    this.entries.set(key, entry);
    return true;
  }

  /** Gives an entry another priority, which stores it anew. @returns whether it could be stored; `undefined`: there is none */
  prioritise(key: string, priority: number, now: number): boolean | undefined {
    const before = this.entries.get(key);
    if (before === undefined) return undefined;
    const growth = this.rowBytes(key, { ...before, priority }) - this.rowBytes(key, before);
    if (growth > 0 && !this.#makeRoom(this.sizeBytes + growth - this.limitBytes, now, key)) return false;
    const storedSequence = ++this.#sequence;
    const entry: ModelEntry = { ...before, priority, storedSequence, usedSequence: storedSequence, hits: 0, rank: 0 };
    entry.rank = this.#rank(key, entry);
    this.entries.set(key, entry);
    return true;
  }

  read(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    entry.usedSequence = ++this.#sequence;
    entry.hits++;
    entry.rank = this.#rank(key, entry);
  }

  cull(targetBytes: number, now: number): void {
    for (const [key, { forgetAt }] of this.entries) if (forgetAt <= now) this.entries.delete(key);
    for (const key of this.#candidates(Number.NEGATIVE_INFINITY, "")) {
      if (this.sizeBytes <= targetBytes) return;
      this.#evict(key);
    }
  }

  #makeRoom(missingBytes: number, now: number, except: string): boolean {
    let rest = missingBytes;
    const victims: string[] = [];
    for (const key of this.#candidates(now, except)) {
      if (rest <= 0) break;
      victims.push(key);
      rest -= this.sizeOf(key, this.entries.get(key)!);
    }
    if (rest > 0) return false;
    for (const key of victims) this.#evict(key);
    return true;
  }

  #candidates(now: number, except: string): string[] {
    const all = [...this.entries].filter(([key]) => key !== except);
    const expired = all.filter(([, { forgetAt }]) => forgetAt <= now);
    expired.sort(([, a], [, b]) => a.forgetAt - b.forgetAt || a.storedSequence - b.storedSequence);
    const others = this.policy === "none" ? [] : all.filter(([, { forgetAt, pinned }]) => forgetAt > now && !pinned);
    others.sort(([, a], [, b]) => a.priority - b.priority || a.rank - b.rank || a.storedSequence - b.storedSequence);
    return [...expired, ...others].map(([key]) => key);
  }

  #evict(key: string): void {
    const { rank, forgetAt } = this.entries.get(key)!;
    if (this.policy === "cost-aware" && !(forgetAt <= this.#nowOfEviction)) this.#age = Math.max(this.#age, rank);
    this.entries.delete(key);
  }

  /** Set before each step: what has expired does not age the cache. */
  #nowOfEviction = Number.NEGATIVE_INFINITY;
  at(now: number): this {
    this.#nowOfEviction = now;
    return this;
  }

  #rank(key: string, entry: ModelEntry): number {
    return evictionRank(this.policy, { ...entry, sizeBytes: this.sizeOf(key, entry) }, this.#age);
  }
}
