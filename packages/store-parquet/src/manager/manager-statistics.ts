/** What a `CacheManager` has done since it was made; plain data. */
export interface ManagerStatistics {
  /** Tables found in the cache, references among them. */
  readonly hits: number;
  /** Asked for, and found neither in the cache nor by a legacy reader. */
  readonly misses: number;
  readonly legacyHits: number;
  readonly migrated: number;
  /** Tables and references stored. */
  readonly writes: number;
  /** References stored and resolved. */
  readonly references: { readonly written: number; readonly resolved: number };
  /** What was not stored, by the code of its refusal. */
  readonly refused: Readonly<Record<string, number>>;
  /** Found damaged. */
  readonly damaged: number;
  /** As stored. */
  readonly bytesWritten: number;
  /** Read of what is stored, or behind references, by handles and by `validate`. */
  readonly bytesRead: number;
}

/** Something that has read bytes. */
export interface ByteReader {
  readonly bytesRead: number;
}

/** Counts for {@link ManagerStatistics}. */
export interface ManagerCounts {
  count(name: "hits" | "misses" | "legacyHits" | "migrated" | "damaged" | "referencesResolved"): void;
  wrote(byteLength: number, isReference: boolean): void;
  refused(code: string): void;
  read(byteLength: number): void;
  /** Counts what a handle reads, until it is closed. @returns to be called then */
  reading(reader: ByteReader): () => void;
  now(): ManagerStatistics;
}

export function managerCounts(): ManagerCounts {
  const counts = { hits: 0, misses: 0, legacyHits: 0, migrated: 0, damaged: 0, referencesResolved: 0 };
  const refused = new Map<string, number>();
  const open = new Set<ByteReader>();
  let writes = 0;
  let referencesWritten = 0;
  let bytesWritten = 0;
  let bytesRead = 0;
  return {
    count(name) {
      counts[name]++;
    },
    wrote(byteLength, isReference) {
      writes++;
      bytesWritten += byteLength;
      if (isReference) referencesWritten++;
    },
    refused(code) {
      refused.set(code, (refused.get(code) ?? 0) + 1);
    },
    read(byteLength) {
      bytesRead += byteLength;
    },
    reading(reader) {
      open.add(reader);
      return () => {
        if (open.delete(reader)) bytesRead += reader.bytesRead;
      };
    },
    now() {
      const { referencesResolved, ...rest } = counts;
      return {
        ...rest,
        writes,
        references: { written: referencesWritten, resolved: referencesResolved },
        refused: Object.fromEntries(refused),
        bytesWritten,
        bytesRead: [...open].reduce((sum, reader) => sum + reader.bytesRead, bytesRead),
      };
    },
  };
}
