import type { Xxhash } from "@larder/core";
import type { IdSet } from "../ids/id-set.js";
import { readIdSet } from "../ids/read-id-set.js";
import { writeIdSet } from "../ids/write-id-set.js";
import { damagedFile } from "../log/log-error.js";
import { openSealed, sealFile } from "../log/sealed-file.js";
import { narrowJson } from "../narrow-json.js";

/** What one owner is about to fetch. */
export interface Claim {
  readonly number: number;
  /** Random; tells this claim from another under the same number. */
  readonly token: string;
  /** Token of the claim under the number before, where there was one: it is known to this one. */
  readonly previous: string;
  /** As `currentOwner` of core names it. */
  readonly owner: string;
  readonly columns: readonly string[];
  readonly keys: IdSet;
}

const magic = "LARDRCLM";

/** A claim as bytes; see `sealFile`. */
export function writeClaim({ keys, ...header }: Claim, xxhash: Xxhash): Uint8Array {
  return sealFile(magic, { header, binary: writeIdSet(keys) }, xxhash);
}

/** @throws LarderError `damaged-log-file` or `damaged-id-set` for what {@link writeClaim} does not write; `newer-format` */
export function readClaim(bytes: Uint8Array, xxhash: Xxhash, path: string, number: number): Claim {
  const sealed = openSealed(magic, bytes, xxhash, path);
  const narrow = narrowJson((reason) => damagedFile(path, reason));
  const header = narrow.object(sealed.header, "header");
  if (header.number !== number) throw damagedFile(path, `it was made under the number ${String(header.number)}`);
  return {
    number,
    token: narrow.text(header.token, "token"),
    previous: narrow.text(header.previous, "predecessor"),
    owner: narrow.text(header.owner, "owner"),
    columns: narrow.texts(header.columns, "columns"),
    keys: readIdSet(sealed.binary),
  };
}
