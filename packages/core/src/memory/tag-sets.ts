import type { TagQuery, TagUse } from "../capabilities/index.js";
import { compareKeys } from "../compare-keys.js";
import { LarderError } from "../errors.js";

/** Which keys have a tag. */
export class TagSets {
  readonly #keysOf = new Map<string, Set<string>>();

  add(key: string, tags: readonly string[] | undefined): void {
    for (const tag of tags ?? []) {
      const keys = this.#keysOf.get(tag);
      if (keys === undefined) this.#keysOf.set(tag, new Set([key]));
      else keys.add(key);
    }
  }

  remove(key: string, tags: readonly string[] | undefined): void {
    for (const tag of tags ?? []) {
      const keys = this.#keysOf.get(tag);
      keys?.delete(key);
      if (keys?.size === 0) this.#keysOf.delete(tag);
    }
  }

  clear(): void {
    this.#keysOf.clear();
  }

  /** The tags in use, in order. */
  uses(): TagUse[] {
    const uses = [...this.#keysOf].map(([tag, keys]) => ({ tag, blobs: keys.size }));
    return uses.sort((a, b) => compareKeys(a.tag, b.tag));
  }

  /**
   * The keys that match, in order.
   *
   * @throws LarderError `empty-tag-query` when the query names no tag
   */
  matching(query: TagQuery): string[] {
    const { allTags = [], anyTags } = query;
    if (allTags.length === 0 && (anyTags === undefined || anyTags.length === 0)) {
      throw new LarderError(
        "A tag query must name at least one tag, in allTags or in anyTags. To forget everything, call clear().",
        {
          code: "empty-tag-query",
        },
      );
    }
    const none = new Set<string>();
    const all = allTags.map((tag) => this.#keysOf.get(tag) ?? none).sort((a, b) => a.size - b.size);
    // One that is given and empty is met by nothing.
    const any = anyTags?.map((tag) => this.#keysOf.get(tag) ?? none);
    const candidates = all[0] ?? new Set(any?.flatMap((keys) => [...keys]));
    const matches = [...candidates].filter(
      (key) => all.every((keys) => keys.has(key)) && (any === undefined || any.some((keys) => keys.has(key))),
    );
    return matches.sort(compareKeys);
  }
}
