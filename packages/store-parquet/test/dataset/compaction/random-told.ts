import type { IdSet } from "../../../src/dataset/ids/id-set.js";
import { idSetOf } from "../../../src/dataset/ids/make-id-set.js";
import type { Epoch } from "../../../src/dataset/part-record.js";
import { seededRandom } from "../../support/random-table.js";

export const hour = 3_600_000;
/** The present of these tests. */
export const now = 1_700_000_000_000;

export const someColumns = ["a", "b", "c", "d"] as const;

/** What one part tells. Rows of a part are those of its rows epochs. */
export interface RandomTold {
  readonly epochs: readonly Epoch[];
}

export interface ToldOptions {
  readonly random: () => number;
  readonly ids: readonly bigint[];
  /** Hours before the present that the sequence stands for. */
  readonly age: number;
  /** Makes sequences distinct: from 0 to 999. */
  readonly distinct: number;
  readonly versions?: readonly (string | undefined)[];
}

/** A batch: rows and what was not found; or an invalidation. */
export function randomTold({ random, ids, age, distinct, versions = [undefined, "v2"] }: ToldOptions): Epoch[] {
  const at = Math.floor(now - age * hour);
  const sequence = at * 1000 + distinct;
  const kind = random();
  const share = random();
  const chosen = ids.filter(() => random() < share);
  if (kind < 0.1) return [{ kind: "invalid", sequence, at, ...(random() < 0.7 && { keys: setOf(chosen) }) }];
  const version = versions[Math.floor(random() * versions.length)];
  const fetched = { sequence, fetchedAt: at, ...(version !== undefined && { version }) };
  const columns = someColumns.filter(() => random() < 0.5);
  const found = chosen.filter(() => random() < 0.7);
  const lost = chosen.filter((id) => !found.includes(id));
  return [
    { kind: "rows", ...fetched, columns, keys: setOf(found) },
    ...(lost.length > 0 ? [{ kind: "absent", ...fetched, keys: setOf(lost) } as const] : []),
  ];
}

export function setOf(ids: readonly bigint[]): IdSet {
  return idSetOf(BigInt64Array.from(ids));
}

/** Ids that {@link toldOfBatch} tells of. */
export const batchIds = Array.from({ length: 80 }, (_, i) => BigInt(i * 7));

/** What the n-th batch of a dataset tells. */
export function toldOfBatch(batch: number): Epoch[] {
  const age = 22 - batch / 1000;
  return randomTold({ random: seededRandom(batch + 1), ids: batchIds, age, distinct: batch % 1000 });
}
