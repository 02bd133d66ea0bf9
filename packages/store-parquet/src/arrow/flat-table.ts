/** A table of the FlatBuffers format, read field by field. Numbers outside the buffer throw a RangeError. */
export interface FlatTable {
  uint8(field: number, otherwise: number): number;
  int16(field: number, otherwise: number): number;
  int32(field: number, otherwise: number): number;
  text(field: number): string | undefined;
  table(field: number): FlatTable | undefined;
  /** The tables of a vector; none when the field is absent. */
  tables(field: number): FlatTable[];
}

/**
 * The root table of a buffer.
 *
 * Source: https://flatbuffers.dev/internals/
 */
export function flatTable(bytes: Uint8Array): FlatTable {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return tableAt(view, view.getUint32(0, true));
}

function tableAt(view: DataView, position: number): FlatTable {
  const fields = position - view.getInt32(position, true);
  const fieldsEnd = view.getUint16(fields, true);
  /** Where a field stands, or `undefined` when it is left out. */
  const place = (field: number): number | undefined => {
    const entry = 4 + field * 2;
    const offset = entry < fieldsEnd ? view.getUint16(fields + entry, true) : 0;
    return offset === 0 ? undefined : position + offset;
  };
  const target = (at: number): number => at + view.getUint32(at, true);
  const number = (field: number, otherwise: number, read: (at: number) => number): number => {
    const at = place(field);
    return at === undefined ? otherwise : read(at);
  };
  return {
    uint8: (field, otherwise) => number(field, otherwise, (at) => view.getUint8(at)),
    int16: (field, otherwise) => number(field, otherwise, (at) => view.getInt16(at, true)),
    int32: (field, otherwise) => number(field, otherwise, (at) => view.getInt32(at, true)),
    text(field) {
      const at = place(field);
      if (at === undefined) return undefined;
      const start = target(at);
      const length = boundedLength(view, start, 1);
      return Buffer.from(view.buffer, view.byteOffset + start + 4, length).toString("utf8");
    },
    table(field) {
      const at = place(field);
      return at === undefined ? undefined : tableAt(view, target(at));
    },
    tables(field) {
      const at = place(field);
      if (at === undefined) return [];
      const start = target(at);
      const length = boundedLength(view, start, 4);
      return Array.from({ length }, (_, i) => tableAt(view, target(start + 4 + i * 4)));
    },
  };
}

/** The length of a vector, which its elements must have room for. */
function boundedLength(view: DataView, start: number, width: number): number {
  const length = view.getUint32(start, true);
  if (length * width > view.byteLength - start - 4) throw new RangeError("A vector is longer than its buffer.");
  return length;
}
