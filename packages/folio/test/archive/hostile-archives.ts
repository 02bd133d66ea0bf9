import { gzipSync } from "node:zlib";
import { sha256 } from "./archive-ground.js";
import { memberBytes, paxMember, type RawMember, tarGz } from "./tar-bytes.js";

/** An archive that must be refused: how, and what the message must name. */
export interface HostileArchive {
  readonly what: string;
  readonly code: "unsafe-archive" | "damaged-archive";
  readonly names: string;
  readonly bytes: Buffer;
}

const contents = [Buffer.from("first content"), Buffer.alloc(1500, 7)].sort((one, other) =>
  sha256(one) < sha256(other) ? -1 : 1,
);

export function blobNameOf(bytes: Uint8Array): string {
  const digits = sha256(bytes);
  return `blobs/sha256/${digits.slice(0, 2)}/${digits}`;
}

type Json = Record<string, unknown>;

/** The list of a right archive, which a case may spoil. */
function list(
  spoil: (list: Json & { contents: Json[]; bundles: (Json & { items: Json[] })[] }) => unknown = () => {},
): RawMember {
  const manifest = {
    format: "larder-folio-cache",
    version: 1,
    contents: contents.map((bytes) => ({
      content: `sha256:${sha256(bytes)}`,
      kind: "file",
      sizeBytes: bytes.byteLength,
    })),
    bundles: [
      {
        url: "https://evil.example.org/bundle",
        items: contents.map((bytes, i) => ({
          name: `item-${i}`,
          kind: "file",
          sizeBytes: bytes.byteLength,
          content: `sha256:${sha256(bytes)}`,
          remoteChecksum: `sha256:${sha256(bytes)}`,
          cachedAt: 1,
          lastVerified: 1,
          pinned: false,
          priority: 0,
        })),
      },
    ],
  };
  spoil(manifest as never);
  return { name: "manifest.json", content: Buffer.from(JSON.stringify(manifest)) };
}

const blobs: readonly RawMember[] = contents.map((content) => ({ name: blobNameOf(content), content }));
const [first, second] = blobs as [RawMember, RawMember];

/** The archive that all the others are spoilt versions of. It must be accepted. */
export const rightArchive: Buffer = tarGz([list(), first, second]);

const rightTar = Buffer.concat([...[list(), first, second].map(memberBytes), Buffer.alloc(1024)]);

function changedAt(bytes: Buffer, at: number, by = 1): Buffer {
  const changed = Buffer.from(bytes);
  const index = at < 0 ? bytes.byteLength + at : at;
  changed[index] = (changed[index]! + by) % 256;
  return changed;
}

const unsafe = (what: string, names: string, ...members: RawMember[]): HostileArchive => ({
  what,
  code: "unsafe-archive",
  names,
  bytes: tarGz([list(), ...members]),
});

const damaged = (what: string, names: string, bytes: Buffer): HostileArchive => ({
  what,
  code: "damaged-archive",
  names,
  bytes,
});

/** In place of the first content, a regular file of another name. */
const named = (what: string, name: string, extra: Partial<RawMember> = {}): HostileArchive =>
  unsafe(what, extra.prefix === undefined ? name.slice(0, 60) : extra.prefix, { ...first, name, ...extra }, second);

/** In place of the first content, something that is no regular file. */
const typed = (what: string, type: string, extra: Partial<RawMember> = {}): HostileArchive =>
  unsafe(what, first.name.slice(0, 60), { ...first, type, ...extra }, second);

const spoiltList = (what: string, names: string, spoil: Parameters<typeof list>[0]): HostileArchive =>
  damaged(what, names, tarGz([list(spoil), first, second]));

export const hostileArchives: readonly HostileArchive[] = [
  named("a path that leads out", "../evil"),
  named("a path that leads out from within", "blobs/../../evil"),
  named("a path that leads out at its end", "blobs/sha256/.."),
  named("an absolute path", "/tmp/evil"),
  named("a path with a drive", "C:/evil"),
  unsafe("a path with backslashes", "evil", { ...first, name: "..\\..\\evil" }, second),
  named("a path with a dot", "./manifest.json"),
  named("a path with an empty part", "blobs//evil"),
  unsafe("no name", "it has no name", { ...first, name: "" }, second),
  named("a name behind a NUL", first.name, { over: [[first.name.length + 1, "/../evil"]] }),
  named("a prefix that leads out", "evil", { prefix: "../.." }),
  named("a harmless prefix", first.name, { prefix: "folder" }),
  named("a name that looks alike", first.name.toUpperCase()),
  named("a name of another algorithm", first.name.replace("sha256", "md5")),

  typed("a hard link", "1", { linkName: "/etc/passwd" }),
  typed("a symbolic link", "2", { linkName: "../../../evil", content: Buffer.alloc(0) }),
  typed("a character device", "3"),
  typed("a block device", "4"),
  typed("a directory", "5", { content: Buffer.alloc(0) }),
  typed("a named pipe", "6"),
  typed("a contiguous file", "7"),
  typed("a file of the oldest kind", "\0"),
  typed("an unknown type", "Z"),
  typed("a sparse file of GNU tar", "S"),
  typed("a part of another volume", "M"),
  typed("a dump of a directory", "D"),
  typed("a regular file with the target of a link", "0", { linkName: "/etc/passwd" }),
  typed("a program that runs as its owner", "0", { mode: "0004777\0" }),
  typed("another time", "0", { over: [[136, "14000000000"]] }),
  typed("an owner", "0", { over: [[265, "root"]] }),

  unsafe("a PAX header with a path", "PAX header", paxMember({ path: "../../evil" }), first, second),
  unsafe("a PAX header with a size", "PAX header", paxMember({ size: "99999" }), first, second),
  unsafe("a PAX header with a link", "PAX header", paxMember({ linkpath: "/etc/passwd" }), first, second),
  unsafe("a PAX header of a sparse file", "PAX header", paxMember({ "GNU.sparse.name": "evil" }), first, second),
  unsafe("a global PAX header", "global PAX header", paxMember({ path: "evil" }, "g"), first, second),
  unsafe(
    "a long name of GNU tar",
    "long name",
    { name: "././@LongLink", type: "L", content: Buffer.from("../evil\0") },
    first,
    second,
  ),
  unsafe(
    "a long link of GNU tar",
    "long link",
    { name: "././@LongLink", type: "K", content: Buffer.from("/etc\0") },
    first,
    second,
  ),

  unsafe("a content twice", first.name, first, second, first),
  unsafe("a content twice in a row", first.name, first, first, second),
  unsafe("a second list", "manifest.json", first, second, list()),
  unsafe("a member that is not listed", blobNameOf(Buffer.from("x")), first, second, {
    name: blobNameOf(Buffer.from("x")),
    content: Buffer.from("x"),
  }),
  unsafe("a member that is not listed, first", blobNameOf(Buffer.from("x")), {
    name: blobNameOf(Buffer.from("x")),
    content: Buffer.from("x"),
  }),
  { what: "a list that comes later", code: "unsafe-archive", names: first.name, bytes: tarGz([first, list(), second]) },
  unsafe("a size in base 256 that is negative", first.name, { ...first, sizeField: Buffer.alloc(12, 0xff) }, second),
  unsafe(
    "a size in base 256 that no number holds",
    first.name,
    { ...first, sizeField: Buffer.from([0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]) },
    second,
  ),
  unsafe("a size that is no number", first.name, { ...first, sizeField: Buffer.from("0000000001x\0") }, second),
  unsafe("a negative size", first.name, { ...first, sizeField: Buffer.from("-0000000001\0") }, second),
  unsafe("something in the padding", first.name, { ...first, padding: 1 }, second),
  {
    what: "something behind the end of the archive",
    code: "unsafe-archive",
    names: "behind its end",
    bytes: tarGz([list(), first, second], Buffer.concat([Buffer.alloc(1024), Buffer.alloc(512, 1)])),
  },
  {
    what: "a gigabyte of zeros behind the end of the archive",
    code: "unsafe-archive",
    names: "behind its end",
    bytes: tarGz([list(), first, second], Buffer.alloc(200 * 1024 ** 2)),
  },
  {
    what: "a list that would fill the memory",
    code: "unsafe-archive",
    names: "manifest.json",
    bytes: tarGz([{ name: "manifest.json", sizeField: Buffer.from("77777777777\0") }]),
  },
  {
    what: "contents larger than the cache may be",
    code: "unsafe-archive",
    names: "manifest.json",
    bytes: tarGz([
      list((l) => void ([l.contents[0]!, l.bundles[0]!.items[0]!] as Json[]).map((o) => (o.sizeBytes = 2 ** 52))),
    ]),
  },
  {
    what: "a gzip file with a name",
    code: "unsafe-archive",
    names: "gzip header",
    bytes: changedAt(rightArchive, 3, 8),
  },

  damaged("a content out of its place", second.name, tarGz([list(), second, first])),
  damaged("a content that is missing", second.name, tarGz([list(), first])),
  damaged("no contents", first.name, tarGz([list()])),
  damaged("no members", "manifest.json", tarGz([])),
  damaged("a header that does not meet its checksum", first.name, tarGz([list(), { ...first, sumOff: 1 }, second])),
  damaged(
    "a content longer than the list says",
    first.name,
    tarGz([list(), { ...first, content: Buffer.alloc(600) }, second]),
  ),
  damaged(
    "a content shorter than the list says",
    first.name,
    tarGz([list(), { ...first, content: Buffer.alloc(3) }, second]),
  ),
  damaged(
    "bytes that do not meet their checksum",
    first.name,
    tarGz([list(), { ...first, content: changedAt(first.content as Buffer, 5) }, second]),
  ),
  ...[100, memberBytes(list()).byteLength + 100, rightTar.byteLength - 1024 - 700, rightTar.byteLength - 1025].map(
    (length) =>
      damaged(`an archive cut short after ${length} bytes`, "cut short", gzipSync(rightTar.subarray(0, length))),
  ),
  damaged("an archive with half an end", "cut short", gzipSync(rightTar.subarray(0, -512))),
  damaged("an archive without an end", "cut short", gzipSync(rightTar.subarray(0, -1024))),
  damaged("a gzip file cut short in the middle", "cut short", rightArchive.subarray(0, 200)),
  damaged("a gzip file cut short by a byte", "cut short", rightArchive.subarray(0, -1)),
  damaged("a wrong CRC", "CRC", changedAt(rightArchive, -6)),
  damaged("a wrong length", "length", changedAt(rightArchive, -2)),
  damaged("a changed byte in the middle", "", changedAt(rightArchive, 250)),
  damaged(
    "garbage behind the gzip file",
    "before the file does",
    Buffer.concat([rightArchive, Buffer.from("garbage!")]),
  ),
  damaged("a second gzip file behind", "before the file does", Buffer.concat([rightArchive, rightArchive])),
  damaged("no gzip file", "no gzip file", rightTar),
  damaged("nothing", "0 bytes", Buffer.alloc(0)),

  spoiltList("contents that are no list", "must be a list", (l) => Object.assign(l, { contents: "x" as never })),
  damaged("a list that is no JSON", "not JSON", tarGz([{ name: "manifest.json", content: Buffer.from("{") }])),
  spoiltList("another format", "format", (l) => Object.assign(l, { format: "tar" })),
  spoiltList("another version", "version", (l) => Object.assign(l, { version: 2 })),
  spoiltList("a content named like a path", "proper id", (l) =>
    Object.assign(l.contents[0]!, { content: "sha256:../../evil" }),
  ),
  spoiltList("a content listed twice", "twice", (l) => l.contents.splice(1, 1, l.contents[0]!)),
  spoiltList("contents out of order", "order", (l) => l.contents.reverse()),
  spoiltList("a content nobody has", "no item has", (l) => l.bundles[0]!.items.pop()),
  spoiltList("an item of a content that is not there", "not in 'contents'", (l) =>
    Object.assign(l.bundles[0]!.items[0]!, { content: "md5:1" }),
  ),
  spoiltList("a checksum that is not the content's", "checksum", (l) => {
    l.bundles[0]!.items[0]!.remoteChecksum = `sha256:${"0".repeat(64)}`;
  }),
  spoiltList("a manifest that does not meet its checksum", "checksum", (l) => {
    Object.assign(l.bundles[0]!, { manifestText: "{}", manifestChecksum: "0".repeat(64) });
  }),
  spoiltList("credentials in an address", "credentials", (l) =>
    Object.assign(l.bundles[0]!, { url: "https://maria:hunter2@evil.org/x" }),
  ),
  spoiltList("an unknown field", "unknown field", (l) =>
    Object.assign(l.bundles[0]!.items[0]!, { path: "/etc/passwd" }),
  ),
  spoiltList("a priority beyond all", "priority", (l) => Object.assign(l.bundles[0]!.items[0]!, { priority: 1e9 })),
  spoiltList("a size that is none", "size", (l) => Object.assign(l.contents[0]!, { sizeBytes: -1 })),
];
