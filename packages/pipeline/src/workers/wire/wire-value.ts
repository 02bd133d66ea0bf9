import { decodeStructured, encodeStructured, exactJson, UnencodableValueError } from "@larder/core";
import type { Table } from "apache-arrow";
import { file, isFileInput } from "../../file-input.js";
import { type Arrow, putTogether, takeApart, type WireTable } from "./arrow-wire.js";
import { liftParts, type Path, putParts } from "./lifted-parts.js";
import { UnsendableValueError } from "./unsendable-value-error.js";

/** A value on its way to another thread. */
export type WireValue =
  /** What crosses as it is. */
  | { readonly kind: "plain"; readonly value: string | number | bigint | boolean | null | undefined }
  /** As JSON, of what JSON brings back exactly: many small texts cost less than as much memory of their own. */
  | { readonly kind: "json"; readonly text: string }
  /** In the structured encoding; parts it has no form for are sent beside it, and put in at their paths. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly parts?: readonly WirePart[] }
  | { readonly kind: "table"; readonly table: WireTable }
  | { readonly kind: "file"; readonly path: string };

export interface WirePart {
  readonly path: Path;
  readonly value: WireValue;
}

/** How values are sent. */
export interface Sending {
  /** Called for each table; takes it apart, or gives what was made of it before. */
  readonly table: (table: Table) => WireTable;
}

/**
 * A value in a form from which the other thread makes an equal one.
 *
 * @throws UnsendableValueError where that can't be done
 */
export function toWire(value: unknown, sending: Sending): WireValue {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
    case "undefined":
      return { kind: "plain", value };
    default:
      if (value === null) return { kind: "plain", value };
  }
  if (isFileInput(value)) return { kind: "file", path: value.path };
  if (isArrowTable(value)) return { kind: "table", table: sending.table(value) };
  const text = exactJson(value);
  if (text !== undefined) return { kind: "json", text };
  try {
    return { kind: "bytes", bytes: encodeStructured(value) };
  } catch (error) {
    if (!(error instanceof UnencodableValueError)) throw error;
    // Perhaps it only has tables or files in it.
    const lifted = liftParts(value, (part) => isFileInput(part) || isArrowTable(part));
    if (lifted.parts.length === 0) throw new UnsendableValueError(error.path, error.reason);
    const parts = lifted.parts.map(({ path, part }) => ({ path, value: toWire(part, sending) }));
    try {
      return { kind: "bytes", bytes: encodeStructured(lifted.rest), parts };
    } catch (inner) {
      if (!(inner instanceof UnencodableValueError)) throw inner;
      throw new UnsendableValueError(inner.path, inner.reason);
    }
  }
}

/** The value that was sent. `arrow` is needed where tables are. */
export function fromWire(wire: WireValue, arrow: Arrow | undefined): unknown {
  switch (wire.kind) {
    case "plain":
      return wire.value;
    case "file":
      return file(wire.path);
    case "table":
      return putTogether(wire.table, arrow!);
    case "json":
      return JSON.parse(wire.text);
    case "bytes": {
      const value = decodeStructured(wire.bytes);
      if (wire.parts === undefined) return value;
      return putParts(
        value,
        wire.parts.map(({ path, value: part }) => ({ path, part: fromWire(part, arrow) })),
      );
    }
  }
}

/** Whether {@link fromWire} needs Arrow. */
export function holdsTables(wire: WireValue): boolean {
  if (wire.kind === "table") return true;
  return wire.kind === "bytes" && wire.parts !== undefined && wire.parts.some(({ value }) => holdsTables(value));
}

/** Whether a value is an Arrow table, of whichever copy of the library. */
export function isArrowTable(value: unknown): value is Table {
  if (typeof value !== "object" || value === null) return false;
  const { schema, batches } = value as { readonly schema?: unknown; readonly batches?: unknown };
  // As data alone nothing passes for a table: its prototype must say so too.
  return (
    Array.isArray(batches) &&
    typeof schema === "object" &&
    schema !== null &&
    Symbol.isConcatSpreadable in value &&
    Array.isArray((schema as { readonly fields?: unknown }).fields)
  );
}

/** The wire form of tables, for {@link Sending}, with the memory that is to be handed over. */
export function tablesHandedOver(arrow: Arrow): Sending & { readonly blocks: ArrayBufferLike[] } {
  const blocks: ArrayBufferLike[] = [];
  return {
    blocks,
    table(table) {
      const apart = takeApart(table, arrow, "own");
      blocks.push(...apart.blocks);
      return apart.wire;
    },
  };
}
