import type { DataType } from "apache-arrow";
import { type Compressors, type FileMetaData, parquetMetadata, parquetRead, type SchemaElement } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { bytesText, decimalText, floatText, momentText, textText } from "../../support/logical-text.js";

/** A file as hyparquet reads it: an independent reader, whose values are turned into the texts of `logicalTexts` here. */
export interface HyparquetFile {
  readonly rows: number;
  /** Names of the columns that are not nested. */
  readonly flat: readonly string[];
  /**
   * Values of a flat column.
   *
   * @param type its Arrow type, which says what Parquet's own annotation leaves open
   */
  texts(name: string, type: DataType, rowStart?: number, rowEnd?: number): Promise<(string | null)[]>;
}

/** Opens a whole file. @throws what hyparquet throws */
export function hyparquetFile(bytes: Uint8Array): HyparquetFile {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const metadata = parquetMetadata(file, { geoparquet: false });
  const leaves = topLeaves(metadata);
  const bare = withoutMeanings(metadata);
  return {
    rows: Number(metadata.num_rows),
    flat: [...leaves.keys()],
    async texts(name, type, rowStart = 0, rowEnd = Number(metadata.num_rows)) {
      const text = textMaker(leaves.get(name)!, type);
      let texts: (string | null)[] = [];
      await parquetRead({
        file,
        metadata: bare,
        columns: [name],
        rowStart,
        rowEnd,
        compressors: codecs,
        utf8: false,
        geoparquet: false,
        parsers: { timestampFromNanoseconds: (nanoseconds) => nanoseconds },
        onComplete(rows) {
          texts = rows.map(([value]) => (value === null || value === undefined ? null : text(value as never)));
        },
      });
      return texts;
    },
  };
}

/** Its own codecs fail on pages without a byte. */
const codecs: Compressors = Object.fromEntries(
  Object.entries(compressors).map(([codec, decompress]) => [codec, orEmpty(decompress)]),
);

function orEmpty(decompress: Compressors["SNAPPY"]): NonNullable<Compressors["SNAPPY"]> {
  return (bytes, byteLength) => (byteLength === 0 ? new Uint8Array(0) : decompress!(bytes, byteLength));
}

/** The elements below the root that are leaves and not repeated. */
function topLeaves({ schema }: FileMetaData): Map<string, SchemaElement> {
  const leaves = new Map<string, SchemaElement>();
  let at = 1;
  const skip = (): void => {
    const children = schema[at++]!.num_children ?? 0;
    for (let i = 0; i < children; i++) skip();
  };
  while (at < schema.length) {
    const element = schema[at]!;
    if (element.num_children === undefined && element.repetition_type !== "REPEATED") leaves.set(element.name, element);
    skip();
  }
  return leaves;
}

/** Without annotations hyparquet gives the values as they are stored: its decimals and dates are rounded. */
function withoutMeanings(metadata: FileMetaData): FileMetaData {
  const schema = metadata.schema.map((element) => {
    if (element.num_children !== undefined) return element;
    const { converted_type: _, logical_type: __, ...bare } = element;
    return bare;
  });
  return { ...metadata, schema };
}

const nanosecondsOf: Readonly<Record<string, bigint>> = { MILLIS: 1_000_000n, MICROS: 1000n, NANOS: 1n };

/** Source: https://github.com/apache/parquet-format/blob/master/LogicalTypes.md */
function textMaker(element: SchemaElement, type: DataType): (value: never) => string {
  const { logical_type: logical, converted_type: converted } = element;
  if (logical?.type === "DECIMAL" || converted === "DECIMAL") return decimalMaker(element.scale ?? 0);
  switch (element.type) {
    case "BOOLEAN":
      return (value: boolean) => String(value);
    case "FLOAT":
    case "DOUBLE":
      return floatText;
    case "INT96":
      return (value: bigint) => momentText(BigInt.asIntN(64, value), false);
    case "BYTE_ARRAY": {
      const isText = [logical?.type, converted].some((meaning) => /^(STRING|UTF8|ENUM|JSON)$/.test(meaning ?? ""));
      return isText ? textText : bytesText;
    }
    case "FIXED_LEN_BYTE_ARRAY":
      if (logical?.type === "FLOAT16") return (value: Uint8Array) => floatText(half(value));
      return isArrowDecimal(type) ? decimalMaker(type.scale) : bytesText;
    default:
      return integerMaker(element, type);
  }
}

function integerMaker(element: SchemaElement, type: DataType): (value: number | bigint) => string {
  const { logical_type: logical, converted_type: converted } = element;
  const bits = element.type === "INT64" ? 64 : 32;
  if (logical?.type === "DATE" || converted === "DATE") return (value) => `day ${value}`;
  const time = logical?.type === "TIME" ? logical.unit : /^TIME_(M\w+)$/.exec(converted ?? "")?.[1];
  if (time) return (value) => `time ${BigInt(value) * nanosecondsOf[time]!}`;
  const moment = logical?.type === "TIMESTAMP" ? logical.unit : /^TIMESTAMP_(M\w+)$/.exec(converted ?? "")?.[1];
  if (moment) {
    const isUtc = logical?.type === "TIMESTAMP" ? logical.isAdjustedToUTC : true;
    return (value) => momentText(BigInt(value) * nanosecondsOf[moment]!, isUtc);
  }
  const isUnsigned = logical?.type === "INTEGER" ? !logical.isSigned : converted?.startsWith("UINT_");
  if (isUnsigned) return (value) => String(BigInt.asUintN(bits, BigInt(value)));
  return logical || converted ? String : arrowOnly(type);
}

/** What only Arrow has a type for is stored as a bare integer. */
function arrowOnly(type: DataType): (value: number | bigint) => string {
  const {
    typeId,
    unit = 0,
    timezone,
    dictionary,
  } = type as DataType & {
    unit?: number;
    timezone?: string | null;
    dictionary?: DataType;
  };
  if (dictionary) return arrowOnly(dictionary);
  const nanoseconds = [1_000_000_000n, 1_000_000n, 1000n, 1n][unit]!;
  if (typeId === 18) return (value) => `for ${BigInt(value) * nanoseconds}`;
  if (typeId === 9) return (value) => `time ${BigInt(value) * nanoseconds}`;
  if (typeId === 10) return (value) => momentText(BigInt(value) * nanoseconds, Boolean(timezone));
  if (typeId === 8) return (value) => momentText(BigInt(value) * 1_000_000n, false);
  return String;
}

function decimalMaker(scale: number): (value: number | bigint | Uint8Array) => string {
  return (value) => decimalText(value instanceof Uint8Array ? bigEndian(value) : BigInt(value), scale);
}

function bigEndian(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString("hex")}`));
}

function isArrowDecimal(type: DataType): type is DataType & { scale: number } {
  return type.typeId === 7;
}

/** Source: IEEE 754, binary16. */
function half(bytes: Uint8Array): number {
  const bits = bytes[0]! | (bytes[1]! << 8);
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31 && fraction > 0) return Number.NaN;
  const size =
    exponent === 31
      ? Number.POSITIVE_INFINITY
      : (exponent > 0 ? 1024 + fraction : fraction) * 2 ** (Math.max(exponent, 1) - 25);
  return bits >> 15 ? -size : size;
}
