import type { LarderError } from "@larder/core";
import { damagedArchive, unsafeArchive } from "./archive-errors.js";
import { headerSum } from "./tar-header.js";

/** The header of a member, as far as it is one. */
export interface InspectedHeader {
  readonly name: string;
  readonly sizeBytes: number;
}

/** Names that an export gives its members. */
const memberName = /^(manifest\.json|blobs\/[a-z0-9]{1,16}\/[0-9a-f]{2}\/[0-9a-f]{32,64})$/;

const kinds: Readonly<Record<string, string>> = {
  "1": "a hard link",
  "2": "a symbolic link",
  "3": "a character device",
  "4": "a block device",
  "5": "a directory",
  "6": "a named pipe",
  "7": "a contiguous file",
  x: "a PAX header, which could change the next member's name, size or link",
  g: "a global PAX header, which could change the names, sizes or links of members",
  L: "a long name of GNU tar, which would replace the next member's name",
  K: "a long link of GNU tar",
  S: "a sparse file",
  M: "a part of another volume",
  V: "a volume label",
  D: "a dump of a directory",
  N: "an old long name",
  A: "an access control list",
  X: "an extended header of Solaris",
};

/**
 * What a header says, if it is that of a regular file with a name that an export gives.
 *
 * @throws LarderError `unsafe-archive` or `damaged-archive`, naming the member
 */
export function inspectHeader(header: Uint8Array, file: string): InspectedHeader {
  const field = (start: number, length: number): string => {
    const bytes = Buffer.from(header.buffer, header.byteOffset + start, length);
    const end = bytes.indexOf(0);
    return bytes.toString("utf8", 0, end === -1 ? length : end);
  };
  const name = field(0, 100);
  const prefix = field(345, 155);
  const whole = prefix === "" ? name : `${prefix}/${name}`;
  if (!statesItsSum(header, field(148, 8))) throw damagedArchive(file, whole, "its header does not meet its checksum");
  const flag = String.fromCharCode(header[156]!);
  if (flag !== "0") {
    const kind = Object.hasOwn(kinds, flag) ? kinds[flag] : `of the unknown type ${JSON.stringify(flag)}`;
    throw unsafeArchive(file, whole, `it is ${kind}, and only regular files are taken`);
  }
  const problem = nameProblem(whole, header);
  if (problem !== undefined) throw unsafeArchive(file, whole, problem);
  if (field(157, 100) !== "") throw unsafeArchive(file, whole, "it has the target of a link");
  return { name, sizeBytes: sizeOf(header, field(124, 12), whole, file) };
}

/** Which of the ways in which a header can be other than ours makes it refused. */
export function unlikeOurs(file: string, { name }: InspectedHeader): LarderError {
  return unsafeArchive(file, name, "its header is not as exportCache writes it");
}

function nameProblem(name: string, header: Uint8Array): string | undefined {
  if (name === "") return "it has no name";
  if (name.startsWith("/") || /^[a-z]:/i.test(name)) return "its name is an absolute path";
  if (name.includes("\\")) return "its name has a backslash";
  if (name.split("/").some((part) => part === "..")) return "its name leads out of the archive";
  if (name.split("/").some((part) => part === "." || part === "")) return "its name has an empty part";
  // What stands behind the end of the name would be seen by readers that don't stop there.
  if (hasHiddenName(header)) return "its name has a NUL character within";
  if (!memberName.test(name)) return "no member of an export has such a name";
  return undefined;
}

function hasHiddenName(header: Uint8Array): boolean {
  const end = header.indexOf(0);
  return end !== -1 && end < 100 && header.subarray(end, 100).some((byte) => byte !== 0);
}

function statesItsSum(header: Uint8Array, stated: string): boolean {
  const digits = /^ *([0-7]{1,7}) ?$/.exec(stated)?.[1];
  return digits !== undefined && Number.parseInt(digits, 8) === headerSum(header);
}

function sizeOf(header: Uint8Array, text: string, name: string, file: string): number {
  if (header[124] === 0x80) {
    const size = Buffer.from(header.buffer, header.byteOffset, header.byteLength).readBigUInt64BE(128);
    if (header.subarray(125, 128).every((byte) => byte === 0) && size <= BigInt(Number.MAX_SAFE_INTEGER)) {
      return Number(size);
    }
  } else if (/^[0-7]{11}$/.test(text)) return Number.parseInt(text, 8);
  throw unsafeArchive(file, name, "its size is not a number as an export writes it");
}
