import { gzipSync } from "node:zlib";

/** A member as it stands in the archive, built byte by byte; every field can be made wrong. */
export interface RawMember {
  readonly name: string;
  readonly content?: Uint8Array;
  readonly type?: string;
  readonly linkName?: string;
  readonly prefix?: string;
  readonly mode?: string;
  /** Twelve bytes in place of the size. */
  readonly sizeField?: Uint8Array;
  /** Bytes written over the header before its sum is made. */
  readonly over?: readonly (readonly [at: number, bytes: string])[];
  /** Added to the sum. */
  readonly sumOff?: number;
  /** Fills the last block in place of zeros. */
  readonly padding?: number;
}

/** The bytes of a member: header, content, padding. */
export function memberBytes(member: RawMember): Buffer {
  const content = member.content ?? Buffer.alloc(0);
  const header = Buffer.alloc(512);
  header.write(member.name, 0, 100, "utf8");
  header.write(member.mode ?? "0000600\0", 100, "latin1");
  header.write("0000000\0", 108, "latin1");
  header.write("0000000\0", 116, "latin1");
  if (member.sizeField === undefined) header.write(`${content.byteLength.toString(8).padStart(11, "0")}\0`, 124);
  else header.set(member.sizeField, 124);
  header.write("00000000000\0", 136, "latin1");
  header.write(member.type ?? "0", 156, "latin1");
  header.write(member.linkName ?? "", 157, "utf8");
  header.write("ustar\x0000", 257, "latin1");
  header.write("0000000\0", 329, "latin1");
  header.write("0000000\0", 337, "latin1");
  header.write(member.prefix ?? "", 345, "utf8");
  for (const [at, bytes] of member.over ?? []) header.write(bytes, at, "latin1");
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0) + (member.sumOff ?? 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  const padding = Buffer.alloc((512 - (content.byteLength % 512)) % 512, member.padding ?? 0);
  return Buffer.concat([header, content, padding]);
}

/** A PAX header with records such as `path` and its value. Source: POSIX 1003.1-2001, pax Extended Header */
export function paxMember(records: Readonly<Record<string, string>>, type = "x"): RawMember {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    let length = rest.length + 1;
    while (`${length}${rest}`.length !== length) length++;
    return `${length}${rest}`;
  });
  return { name: "PaxHeaders/x", type, content: Buffer.from(lines.join("")) };
}

/** A whole archive, compressed. */
export function tarGz(members: readonly RawMember[], end: Uint8Array = Buffer.alloc(1024)): Buffer {
  return gzipSync(Buffer.concat([...members.map(memberBytes), end]));
}
