import type { Table } from "apache-arrow";

/**
 * Reads the tables of a cache that something else wrote: asked on a miss, and by `migrateLegacy`. To read a format of your
 * own, implement `name`, `list` and `read`. A reader never changes what it reads, and never runs code it finds there. It
 * must tell apart what it has not (`undefined`), what it has (all values exactly) and what it can't read (an error).
 */
export interface LegacyReader {
  /** What it reads, in one word, such as "files" or "hdf5"; for events and reports. */
  readonly name: string;
  /** The items it finds, each once, also those that `read` will refuse; nothing is parsed beyond what that needs. */
  list(): AsyncIterable<LegacyItem>;
  /**
   * The table of an item, read anew with each call, or `undefined` when there is none of that name.
   *
   * @throws LarderError whose message names the item and the reason, when it is damaged or can't be read exactly
   */
  read(item: string): Promise<Table | undefined>;
  /** Releases what the reader holds open; it may be called more than once. */
  close?(): Promise<void>;
}

/** One table that a reader found. */
export interface LegacyItem {
  /** The name to read it by: that of the node or table. */
  readonly item: string;
  /** Where it is, for people: the path of the file, and the path within it where a file holds several. */
  readonly origin: string;
  /**
   * The file that holds it, as an absolute path; it may hold other items too. Only such a file can be removed after
   * migration, and only when each of its items was migrated.
   */
  readonly file?: string;
  /** Bytes it takes up there, where that is known without reading it. */
  readonly byteLength?: number;
  /** What a person should know of it, such as a second file of the same name that is not read. */
  readonly warnings?: readonly string[];
}
