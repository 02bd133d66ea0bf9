import { idsIn } from "../../../src/dataset/ids/make-id-set.js";
import type { Epoch, PartRecord } from "../../../src/dataset/part-record.js";

/** What is told of a cell: the sequence that counts, when it was fetched, its version. */
export interface ToldCell {
  readonly sequence: number;
  readonly fetchedAt: number;
  readonly version: string | undefined;
  /** The part that holds it. */
  readonly part: string;
}

/** What parts tell, by `id` for what is absent and by `id/column` for what is known. Cell by cell: slow, and plain to see. */
export function toldCells(
  parts: Iterable<PartRecord>,
  ids: readonly bigint[],
): { absent: Map<string, ToldCell>; known: Map<string, ToldCell> } {
  const told = [...parts].flatMap((part) =>
    part.epochs.map((epoch, i) => ({ epoch, i, part: part.name, keys: epoch.keys && new Set(idsIn(epoch.keys)) })),
  );
  told.sort((a, b) => a.epoch.sequence - b.epoch.sequence || (a.part < b.part ? -1 : a.part > b.part ? 1 : a.i - b.i));
  const absent = new Map<string, ToldCell>();
  const known = new Map<string, ToldCell>();
  for (const { epoch, part, keys } of told) {
    for (const id of ids) {
      if (keys && !keys.has(id)) continue;
      absent.delete(String(id));
      if (epoch.kind === "rows") for (const column of epoch.columns) known.set(`${id}/${column}`, cellOf(epoch, part));
      else for (const name of [...known.keys()]) if (name.startsWith(`${id}/`)) known.delete(name);
      if (epoch.kind === "absent") absent.set(String(id), cellOf(epoch, part));
    }
  }
  return { absent, known };
}

function cellOf(epoch: Epoch & { kind: "rows" | "absent" }, part: string): ToldCell {
  return { sequence: epoch.sequence, fetchedAt: epoch.fetchedAt, version: epoch.version, part };
}
