import { LarderError } from "@larder/core";
import type { Data, DataType, Dictionary, Struct } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import type { Arrow } from "../../arrow/load-arrow.js";
import { childTypes, nestedKind } from "../../arrow/nested-kind.js";
import { widthOf } from "../../arrow/type-size.js";
import { typeText } from "../../arrow/type-text.js";
import { getBit } from "../../format/bitmaps.js";
import { childColumn } from "./child-column.js";
import { bitMemory, bytesMemory, fixedMemory, offsetMemory } from "./column-memory.js";
import { isSameType } from "./is-same-type.js";
import { hasGaps, type Picks } from "./picks.js";
import { takeBits, takeValidity, type Validity } from "./take-bits.js";
import { takeBytes } from "./take-bytes.js";
import { takeDictionary } from "./take-dictionary.js";
import { takeFixed } from "./take-fixed.js";
import { takeLists } from "./take-lists.js";

/**
 * Rows picked from any of several columns, as one column in memory of its own (dictionaries may be shared with the sources).
 *
 * @param type of the answer and, exactly, of all sources; at most 65,536 of them, none needed where all rows are null
 * @returns `picks.length` rows
 * @throws LarderError `invalid-picks` for a row that a source has not, or a source of another type; `ragged-table` for a
 *   source that is damaged; `column-too-large`, `dictionary-too-large` where the type can't count what is taken
 */
export function takeColumn(arrow: Arrow, type: DataType, sources: readonly Data[], picks: Picks): Data {
  const other = sources.find((source) => source.type !== type && !isSameType(source.type, type));
  if (other) throw otherType(type, other.type);
  const gaps = hasGaps(
    picks,
    sources.map((source) => source.length),
  );
  const { length } = picks;
  const { typeId } = type as ArrowLikeType;
  if (typeId === ArrowTypeId.Null) return arrow.makeData({ type: type as never, length }) as Data;
  const validity = takeValidity(sources, picks, gaps);
  switch (nestedKind(type as ArrowLikeType)) {
    case "struct":
      return takeStructs(arrow, type as Struct, sources, picks, validity);
    case "list":
      return takeLists(arrow, type, sources, picks, validity);
    default:
  }
  const common = { type: type as never, length, ...validity };
  switch (typeId) {
    case ArrowTypeId.Bool:
      return arrow.makeData({ ...common, data: takeBits(sources.map(bitMemory), picks) } as never) as Data;
    case ArrowTypeId.Utf8:
    case ArrowTypeId.Binary:
    case ArrowTypeId.LargeUtf8:
    case ArrowTypeId.LargeBinary: {
      const rows = sources.map((source) => {
        const bytes = bytesMemory(source);
        return { offsets: offsetMemory(source), bytes, size: bytes.byteLength };
      });
      const isLarge = typeId === ArrowTypeId.LargeUtf8 || typeId === ArrowTypeId.LargeBinary;
      const taken = takeBytes(rows, picks, validity.nullBitmap, isLarge, typeText(type as ArrowLikeType));
      return arrow.makeData({ ...common, ...taken } as never) as Data;
    }
    case ArrowTypeId.Dictionary:
      return takeDictionary(arrow, type as Dictionary, sources, picks, validity);
    case ArrowTypeId.Int:
    case ArrowTypeId.Float:
    case ArrowTypeId.Decimal:
    case ArrowTypeId.Date:
    case ArrowTypeId.Time:
    case ArrowTypeId.Timestamp:
    case ArrowTypeId.Duration:
    case ArrowTypeId.FixedSizeBinary: {
      const width = widthOf(type as ArrowLikeType);
      const values = sources.map((source) => fixedMemory(source, width));
      // Buffers are handed over as bytes of the type's own array, whatever it is.
      return arrow.makeData({ ...common, data: takeFixed(values, picks, width) } as never) as Data;
    }
    default:
      throw new LarderError(`Rows of type ${typeText(type as ArrowLikeType)} can't be taken. Leave the column out.`, {
        code: "unstorable-table",
        facts: { type: typeText(type as ArrowLikeType) },
      });
  }
}

function takeStructs(arrow: Arrow, type: Struct, sources: readonly Data[], picks: Picks, validity: Validity): Data {
  const children = childTypes(type).map((childType, field) => {
    const columns = sources.map((source) => childColumn(arrow, type, source, field));
    const isRagged = columns.some((column, i) => column.length < sources[i]!.length);
    return takeColumn(arrow, childType, columns, isRagged ? withoutNulls(picks, validity) : picks);
  });
  return arrow.makeData({ type, length: picks.length, ...validity, children });
}

/** Builders may leave out what stands below nulls at the end. */
function withoutNulls(picks: Picks, { nullBitmap }: Validity): Picks {
  return nullBitmap ? { ...picks, row: picks.row.map((row, i) => (getBit(nullBitmap, i) === 0 ? -1 : row)) } : picks;
}

function otherType(type: DataType, other: DataType): LarderError {
  const [wanted, given] = [typeText(type as ArrowLikeType), typeText(other as ArrowLikeType)];
  return new LarderError(
    `Rows of type ${wanted} can't be taken from a column of type ${given}. Cast the column first: castColumn does.`,
    { code: "invalid-picks", facts: { wanted, given } },
  );
}
