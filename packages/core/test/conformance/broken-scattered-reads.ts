import { type BlobSource, copyInto } from "../../src/index.js";
import { type BrokenBackend, broken, brokenBriefly } from "./broken-backend.js";
import type { Parts } from "./simple-backend.js";

/** A backend whose sources have one more member, a wrong one. */
function withSource(wrong: (bytes: Uint8Array) => Partial<BlobSource>): (parts: Parts) => Partial<Parts> {
  return ({ open }) => ({
    open(row, name) {
      const stored = open(row, name);
      return { ...stored, source: { ...stored.source, ...wrong(row.bytes) } };
    },
  });
}

const filling = "a read into several memories fills each with the bytes that a slice would give";

/** Backends that read into memories of the caller, and not what they should. */
export const brokenScatteredReads: readonly BrokenBackend[] = [
  brokenBriefly(
    "reads into memories from the beginning",
    filling,
    withSource((bytes) => ({ readInto: (_, targets) => copyInto(bytes, 0, targets) })),
  ),
  brokenBriefly(
    "fills the first memory alone",
    filling,
    withSource((bytes) => ({ readInto: (start, targets) => copyInto(bytes, start, targets.slice(0, 1)) })),
  ),
  brokenBriefly(
    "stops at an empty memory",
    filling,
    withSource((bytes) => ({
      readInto(start, targets) {
        const empty = targets.findIndex((target) => target.byteLength === 0);
        copyInto(bytes, start, empty < 0 ? targets : targets.slice(0, empty));
      },
    })),
  ),
  broken(
    "fills what there is of memories that hold more",
    "a read into memories that hold more than there is, is a RangeError",
    withSource((bytes) => ({
      readInto(start, targets) {
        let at = start;
        for (const target of targets) {
          target.set(bytes.subarray(at, at + target.byteLength));
          at += target.byteLength;
        }
      },
    })),
  ),
  broken(
    "shares its place among reads made at the same time",
    "reads into several memories may be made at the same time",
    (parts) => {
      let at = 0;
      return withSource((bytes) => ({
        async readInto(start, targets) {
          copyInto(
            bytes,
            start,
            targets.map((target) => new Uint8Array(target.byteLength)),
          );
          at = start;
          for (const target of targets) {
            await undefined;
            target.set(bytes.subarray(at, at + target.byteLength));
            at += target.byteLength;
          }
        },
      }))(parts);
    },
  ),
  broken(
    "states that a read costs nothing",
    "what a read costs is a whole number of bytes, where a source states it",
    withSource(() => ({ blockBytes: 0 })),
  ),
];
