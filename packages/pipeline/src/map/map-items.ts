import { digestFilesWithin, type FileDigests, type FileMemo } from "../file-digests.js";
import { type FileInput, filesWithin } from "../file-input.js";
import { axisItems, itemName } from "./axis-items.js";
import { digestItems, type ItemDigests } from "./digest-items.js";

/** An item as the function gets it. */
export interface ItemValue {
  readonly value: unknown;
  /** Its digest now, where it may differ from the one that was told. */
  readonly digest?: string | undefined;
}

/** The items of a map's list. */
export interface MapItems {
  readonly count: number;
  /** `undefined`: they are not digested. */
  readonly digests: readonly (string | undefined)[] | undefined;
  /** Why some have no digest. */
  readonly refused: ItemDigests["refused"];
  valueAt(index: number): ItemValue | Promise<ItemValue>;
  /** What an item is called by `keyAttribute`. */
  nameOf(item: unknown): string | undefined;
  /** Why nothing made of an item must be stored: a file within has changed. `undefined`: none has a file within. */
  readonly doubtOf: ((index: number) => Promise<string | undefined>) | undefined;
}

/** Items that lie where another map has stored them: their digests are known, their values are read one by one. */
export interface ItemSource {
  readonly count: number;
  readonly digests: readonly (string | undefined)[];
  valueAt(index: number): Promise<ItemValue>;
}

/** The items of a list that another map made. */
export function itemsOfMap(source: ItemSource, keyAttribute: string | undefined): MapItems {
  return { ...source, refused: undefined, doubtOf: undefined, nameOf: (item) => itemName(item, keyAttribute) };
}

/**
 * The items of a list in hand.
 *
 * @param known - digests of files within, where they are known
 * @throws LarderError `not-a-list`; for files what {@link FileDigests.digest} throws
 */
export async function itemsInHand(options: {
  readonly value: unknown;
  readonly node: string;
  readonly axis: string;
  /** What the list is called outside the function. */
  readonly name: string;
  readonly keyAttribute: string | undefined;
  /** Whether they are to be digested. */
  readonly digested: boolean;
  readonly known: ReadonlyMap<FileInput, FileMemo> | undefined;
  readonly fileDigests: FileDigests;
  readonly signal: AbortSignal;
}): Promise<MapItems> {
  const { value, digested, keyAttribute, fileDigests } = options;
  const items = axisItems(value, options.node, options.axis);
  const files = !digested ? new Map() : (options.known ?? (await digestFilesWithin(items, options)));
  const { digests, refused } = digested
    ? await digestItems(items, files, options.name)
    : { digests: undefined, refused: undefined };

  async function doubtOf(index: number): Promise<string | undefined> {
    for (const file of filesWithin(items[index])) {
      const memo = files.get(file);
      if (memo === undefined || !(await fileDigests.unchanged(file, memo))) {
        return `the file '${file.path}' changed during the run`;
      }
    }
    return undefined;
  }

  return {
    count: items.length,
    digests,
    refused,
    valueAt: (index) => ({ value: items[index] }),
    nameOf: (item) => itemName(item, keyAttribute),
    doubtOf: files.size === 0 ? undefined : doubtOf,
  };
}
