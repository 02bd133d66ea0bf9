import { type BlobRecord, LarderError, type TagQuery } from "@larder/core";
import type { StoreContext } from "../store-context.js";
import { tagsOf } from "./index-tags.js";
import { placesOfTag, tagId } from "./tag-rows.js";

/** A {@link TagQuery} that is fit to be run. */
export interface PreparedQuery {
  readonly allTags: readonly string[];
  /** `undefined`: none is asked for. */
  readonly anyTags: readonly string[] | undefined;
}

/** @throws LarderError `empty-tag-query` when no tag is named */
export function prepareQuery({ allTags = [], anyTags }: TagQuery): PreparedQuery {
  if (allTags.length === 0 && (anyTags === undefined || anyTags.length === 0)) {
    throw new LarderError(
      "A tag query must name at least one tag, in allTags or in anyTags. To forget everything, call clear().",
      { code: "empty-tag-query" },
    );
  }
  return { allTags: unique(allTags), anyTags: anyTags && unique(anyTags) };
}

/** Whether a blob with this record is meant. */
export function matches({ allTags, anyTags }: PreparedQuery, record: BlobRecord): boolean {
  const tags = tagsOf(record);
  return allTags.every((tag) => tags.has(tag)) && (anyTags === undefined || anyTags.some((tag) => tags.has(tag)));
}

/** The tags to go by, so that every match has one of them, and little else is looked at. */
export function drivingTags(context: StoreContext, { allTags, anyTags }: PreparedQuery): readonly string[] {
  return allTags.length === 0 ? anyTags! : [rarest(context, allTags)];
}

/** The tag that the fewest blobs have. Its cost is in proportion to that number. */
function rarest({ environment, xxhash }: StoreContext, tags: readonly string[]): string {
  if (tags.length === 1) return tags[0]!;
  for (let limit = 16; ; limit *= 8) {
    const counts = tags.map((tag) => placesOfTag(environment.tagged, tagId(tag, xxhash), undefined, limit).length);
    const least = Math.min(...counts);
    if (least < limit) return tags[counts.indexOf(least)]!;
  }
}

function unique(tags: readonly string[]): readonly string[] {
  return [...new Set(tags)];
}
