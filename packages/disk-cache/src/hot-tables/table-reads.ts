/** How often this process has read tables that are stored cold. In memory; of too many, those read longest ago are forgotten. */
export interface TableReads {
  /**
   * A table was read at `now`, in milliseconds since 1970.
   *
   * @param checksum - of its bytes: another value under the key begins anew
   * @returns when it was read first, if this read is the one that makes it hot: then it is counted anew
   */
  note(key: string, checksum: string, now: number): number | undefined;
}

interface Counted {
  readonly checksum: string;
  readonly since: number;
  reads: number;
}

const mostTables = 10_000;

export function tableReads(readsNeeded: number): TableReads {
  const tables = new Map<string, Counted>();
  return {
    note(key, checksum, now) {
      const known = tables.get(key);
      tables.delete(key);
      const counted = known?.checksum === checksum ? known : { checksum, since: now, reads: 0 };
      counted.reads++;
      if (counted.reads >= readsNeeded) return counted.since;
      tables.set(key, counted);
      if (tables.size > mostTables) tables.delete(tables.keys().next().value!);
      return undefined;
    },
  };
}
