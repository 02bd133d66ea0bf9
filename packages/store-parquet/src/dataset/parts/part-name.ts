import { type OwnerState, ownerState, uniqueNameOfProcess } from "@larder/core";
import type { PartPlace } from "../part-record.js";

/** What `uniqueNameOfProcess` of core gives: the owner, and what is random. */
const uniqueName = String.raw`((?:[0-9a-f]{8}-){3}\d+-\d+)-[0-9a-f]{16}`;
const ownedPattern = new RegExp(String.raw`${uniqueName}\.[a-z]+$`);
const namePattern = new RegExp(String.raw`^(?:recent/|base/(?:n?\d{19}-|))${uniqueName}\.parquet$`);

/**
 * A new name for a part, never used before: `recent/<owner>-<random>.parquet`, or `base/<low>-<owner>-<random>.parquet`, where the
 * files sort by their lowest key (19 digits; an `n` in front of negative ones).
 *
 * @param low the least key of a part in `base`; absent where it has no rows
 */
export function newPartName(place: PartPlace, low?: bigint): string {
  if (place === "recent" || low === undefined) return `${place}/${uniqueNameOfProcess()}.parquet`;
  const digits = (low < 0n ? -low : low).toString().padStart(19, "0");
  return `base/${low < 0n ? "n" : ""}${digits}-${uniqueNameOfProcess()}.parquet`;
}

/** Whether a path below a dataset's directory is the name of a part: nothing else is opened as one. */
export function isPartName(name: string): boolean {
  return namePattern.test(name);
}

/** What is known of the process that made a part, or a file in `tmp/`; `undefined` when the name is not one of ours. */
export function ownerOfPart(name: string): OwnerState | undefined {
  const owner = ownedPattern.exec(name)?.[1];
  return owner === undefined ? undefined : ownerState(owner);
}
