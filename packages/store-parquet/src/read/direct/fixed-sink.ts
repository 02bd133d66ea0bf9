import type { Int32 } from "apache-arrow";
import { spreadInPlace } from "../build-fixed.js";
import type { BuilderTarget } from "../column-builder.js";
import { validityBuilder } from "../validity-builder.js";
import type { PageSink } from "./page-sink.js";
import { freshBytes } from "./scatter.js";

/** Values of a fixed width, which lie in the pages as they lie in the column, but for nulls. */
export function fixedSink({ arrow, type, rows }: BuilderTarget, width: number): PageSink {
  const values = freshBytes(rows * width);
  const validity = validityBuilder(rows);
  return {
    values,
    placeOf: ({ row }) => row * width,
    beginChunk() {},
    take(page, checked) {
      const count = page.rows - page.nullCount;
      if (checked.valuesStart !== page.ahead.byteLength || (checked.encoding !== "PLAIN" && count > 0)) return false;
      if (checked.validity) spreadInPlace(values, width, page.row, 0, page.rows, count, checked.validity);
      validity.append(checked, 0, page.rows, count);
      return true;
    },
    finish: () => arrow.makeData({ type: type as Int32, length: rows, data: values as never, ...validity.finish() }),
  };
}
