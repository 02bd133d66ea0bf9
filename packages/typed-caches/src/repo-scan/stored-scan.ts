import { type FileIdentity, numbersOf } from "../files/file-identity.js";

/** How many numbers an identity has in {@link StoredScan.identities}. */
const numbers = 5;
const digestBytes = 32;

/** A scan as it is kept. `unknown` until it was checked: anything may lie under a key. */
export interface StoredScan {
  readonly format: 1;
  /** See `Listing.digest`. */
  readonly listing: string | undefined;
  /** How many of the first paths git has listed. */
  readonly ofGit: number;
  /** Joined by NUL. */
  readonly paths: string;
  /** `IdentityNumbers` for each path: size, mtimeNs, ctimeNs, inode, device. */
  readonly identities: BigUint64Array;
  /** 32 bytes for each path. */
  readonly digests: Uint8Array;
  /** 1: the digest is that of what has this identity. 0: the file has to be read. */
  readonly known: Uint8Array;
}

/** A file with the digest of its content, if there is one that can be relied on later. */
export interface KnownFile {
  readonly path: string;
  readonly identity: FileIdentity | undefined;
  readonly sha256: string | undefined;
}

export function storedScan(listing: string | undefined, ofGit: number, files: readonly KnownFile[]): StoredScan {
  const identities = new BigUint64Array(files.length * numbers);
  const digests = new Uint8Array(files.length * digestBytes);
  const known = new Uint8Array(files.length);
  for (const [at, { identity, sha256 }] of files.entries()) {
    if (identity === undefined) continue;
    identities.set(numbersOf(identity), at * numbers);
    if (sha256 === undefined) continue;
    digests.set(Buffer.from(sha256, "hex"), at * digestBytes);
    known[at] = 1;
  }
  const paths = files.map(({ path }) => path).join("\0");
  return { format: 1, listing, ofGit, paths, identities, digests, known };
}

/** What an earlier scan knew. */
export interface EarlierScan {
  readonly listing: string | undefined;
  /** The paths that git has listed. */
  readonly ofGit: readonly string[];
  readonly count: number;
  /** The digest of a file that is as it was. */
  sha256(path: string, identity: FileIdentity): string | undefined;
}

/** Reads a stored scan; nothing when it is none, or does not fit together. */
export function earlierScan(value: unknown): EarlierScan | undefined {
  if (!isStoredScan(value)) return undefined;
  const { paths: joined, identities, digests, known } = value;
  const paths = joined === "" ? [] : joined.split("\0");
  const count = paths.length;
  if (identities.length !== count * numbers || digests.length !== count * digestBytes || known.length !== count) {
    return undefined;
  }
  const places = new Map(paths.map((path, at) => [path, at]));
  const hex = Buffer.from(digests.buffer, digests.byteOffset, digests.byteLength);
  const wanted = new BigUint64Array(numbers);
  return {
    listing: value.listing,
    ofGit: paths.slice(0, value.ofGit),
    count,
    sha256(path, identity) {
      const at = places.get(path);
      if (at === undefined || known[at] !== 1) return undefined;
      // Written and compared as 64 bits, so that numbers below 0 compare too.
      wanted.set(numbersOf(identity));
      for (let number = 0; number < numbers; number++) {
        if (identities[at * numbers + number] !== wanted[number]) return undefined;
      }
      return hex.toString("hex", at * digestBytes, (at + 1) * digestBytes);
    },
  };
}

function isStoredScan(value: unknown): value is StoredScan {
  if (typeof value !== "object" || value === null) return false;
  const { format, listing, ofGit, paths, identities, digests, known } = value as Partial<StoredScan>;
  return (
    format === 1 &&
    (listing === undefined || typeof listing === "string") &&
    Number.isInteger(ofGit) &&
    typeof paths === "string" &&
    identities instanceof BigUint64Array &&
    digests instanceof Uint8Array &&
    known instanceof Uint8Array
  );
}
