import { crc32 } from "node:zlib";
import type { CompressionCodec, Encoding, FileMetaData, ParquetType, SchemaElement } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { writeRleBitPackedHybrid } from "hyparquet-writer/src/encoding.js";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { serializeTCompactProtocol } from "hyparquet-writer/src/thrift.js";
import { type Compressor, compress } from "./compress.js";
import { encodeValues } from "./encode-values.js";

/** A file of one flat column, put together page by page in forms that no writer at hand makes. */
export interface CraftedColumn {
  readonly type: ParquetType;
  readonly encoding: Encoding;
  /** Values as their physical bytes, booleans as one byte; null for nulls. */
  readonly rows: readonly (Uint8Array | null)[];
  readonly optional?: boolean;
  readonly annotation?: Partial<SchemaElement>;
  readonly codec?: CompressionCodec;
  /** How the codec is applied; by default the plain way. */
  readonly compressor?: Compressor;
  readonly version?: 1 | 2;
  readonly pageRows?: number;
  readonly levels?: "RLE" | "BIT_PACKED";
  /** Page checksums: right ones, or wrong ones. */
  readonly crc?: "right" | "wrong";
  /** Values in each block and miniblock of delta encodings. */
  readonly blocks?: readonly [block: number, miniblock: number];
  /** Changes the metadata before it is written. */
  readonly edit?: (metadata: FileMetaData) => void;
  /** Changes the body of each data page before it is compressed. */
  readonly editPage?: (body: Uint8Array) => Uint8Array;
  /** Changes the thrift fields of each page header. */
  readonly editHeader?: (header: Record<string, unknown>) => void;
}

const encodings = [
  "PLAIN",
  "GROUP_VAR_INT",
  "PLAIN_DICTIONARY",
  "RLE",
  "BIT_PACKED",
  "DELTA_BINARY_PACKED",
  "DELTA_LENGTH_BYTE_ARRAY",
  "DELTA_BYTE_ARRAY",
  "RLE_DICTIONARY",
  "BYTE_STREAM_SPLIT",
];

/** The bytes of the file. */
export function craftFile(column: CraftedColumn): Uint8Array {
  const { type, encoding, rows, optional = false, codec = "UNCOMPRESSED", pageRows = 100, annotation } = column;
  const parts: Uint8Array[] = [Buffer.from("PAR1")];
  let at = 4;
  let uncompressed = 0;
  const add = (fields: Record<string, unknown>, plain: Uint8Array, stored: Uint8Array) => {
    const header: Record<string, unknown> = { ...fields, field_2: plain.byteLength, field_3: stored.byteLength };
    if (column.crc) header.field_4 = (crc32(stored) | 0) ^ (column.crc === "wrong" ? 1 : 0);
    column.editHeader?.(header);
    const writer = new ByteWriter();
    serializeTCompactProtocol(writer, ordered(header));
    const bytes = writer.getBytes();
    parts.push(bytes, stored);
    at += bytes.byteLength + stored.byteLength;
    uncompressed += bytes.byteLength + plain.byteLength;
  };
  const packed = (bytes: Uint8Array) => (column.compressor ?? compress[codec]!)(bytes);

  const present = rows.filter((row) => row !== null);
  const dictionary = encoding.endsWith("_DICTIONARY") ? distinct(present) : undefined;
  let dictionaryOffset: number | undefined;
  if (dictionary) {
    dictionaryOffset = at;
    const body = encodeValues("PLAIN", type, dictionary, column);
    add({ field_1: 2, field_7: { field_1: dictionary.length, field_2: 0 } }, body, packed(body));
  }
  const dataOffset = at;
  for (let start = 0; start < Math.max(rows.length, 1); start += pageRows) {
    const page = rows.slice(start, start + pageRows);
    const values = page.filter((row) => row !== null);
    const edited = column.editPage ?? ((body: Uint8Array) => body);
    const body = edited(encodeValues(encoding, type, values, { ...column, ...(dictionary && { dictionary }) }));
    const levels = optional ? definitionLevels(page, column.levels ?? "RLE") : new Uint8Array(0);
    const place = encodings.indexOf(encoding);
    if (column.version === 2) {
      const v2 = {
        field_1: page.length,
        field_2: page.length - values.length,
        field_3: page.length,
        field_4: place,
        field_5: levels.byteLength,
        field_6: 0,
      };
      add(
        { field_1: 3, field_8: v2 },
        Buffer.concat([levels, body]),
        Buffer.concat([levels, body.byteLength === 0 ? body : packed(body)]),
      );
    } else {
      const length = Buffer.alloc(optional && column.levels !== "BIT_PACKED" ? 4 : 0);
      if (length.byteLength > 0) length.writeUInt32LE(levels.byteLength);
      const whole = Buffer.concat([length, levels, body]);
      const v1 = {
        field_1: page.length,
        field_2: place,
        field_3: column.levels === "BIT_PACKED" ? 4 : 3,
        // What nothing repeats in has no levels, whatever their encoding; the oldest writers say BIT_PACKED.
        field_4: 4,
      };
      add({ field_1: 0, field_5: v1 }, whole, packed(whole));
    }
  }
  const metadata = {
    version: 1,
    schema: [
      { name: "schema", num_children: 1 },
      { type, name: "c", repetition_type: optional ? "OPTIONAL" : "REQUIRED", ...annotation },
    ],
    num_rows: BigInt(rows.length),
    row_groups: [
      {
        columns: [
          {
            file_offset: 0n,
            meta_data: {
              type,
              encodings: [encoding],
              path_in_schema: ["c"],
              codec,
              num_values: BigInt(rows.length),
              total_uncompressed_size: BigInt(uncompressed),
              total_compressed_size: BigInt(at - (dictionaryOffset ?? dataOffset)),
              data_page_offset: BigInt(dataOffset),
              ...(dictionaryOffset !== undefined && { dictionary_page_offset: BigInt(dictionaryOffset) }),
            },
          },
        ],
        total_byte_size: BigInt(uncompressed),
        num_rows: BigInt(rows.length),
      },
    ],
  } as unknown as FileMetaData;
  column.edit?.(metadata);
  const writer = new ByteWriter();
  writeMetadata(writer, metadata);
  return new Uint8Array(Buffer.concat([...parts, writer.getBytes(), Buffer.from("PAR1")]));
}

function ordered(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function distinct(values: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(values.map((value) => [Buffer.from(value).toString("hex"), value])).values()];
}

function definitionLevels(page: readonly (Uint8Array | null)[], encoding: "RLE" | "BIT_PACKED"): Uint8Array {
  const levels = page.map((row) => (row === null ? 0 : 1));
  if (encoding === "RLE") {
    const writer = new ByteWriter();
    writeRleBitPackedHybrid(writer, levels, 1);
    return writer.getBytes();
  }
  const bytes = new Uint8Array(Math.ceil(levels.length / 8));
  levels.forEach((level, i) => {
    bytes[i >> 3]! |= level << (7 - (i & 7));
  });
  return bytes;
}
