import type { GatheredValues } from "../gather-column.js";
import type { PageLayout } from "../page-layout.js";

/** Bytes that an entry takes by its levels, about. */
const levelBytes = 0.5;

/** What goes into one page: whole rows. Slots and entries are counted from the start of the row group. */
export interface PageSpan {
  readonly firstRow: number;
  readonly rows: number;
  readonly entries: readonly [from: number, to: number];
  readonly slots: readonly [from: number, to: number];
}

/** Bytes that the value of a slot takes in a page. */
export type SlotCost = (slot: number) => number;

/** The cost of PLAIN values. */
export function plainCost(values: GatheredValues): SlotCost {
  switch (values.kind) {
    case "nothing":
      return () => 0;
    case "bits":
      return () => 1 / 8;
    case "fixed":
      return () => values.width;
    case "bytes": {
      const { offsets } = values;
      return (slot) => 4 + Number(offsets[slot + 1]!) - Number(offsets[slot]!);
    }
  }
}

/**
 * Cuts entries into pages of about the bytes that the layout wants, each beginning with a row. A row that takes more has a page of its
 * own.
 *
 * @param slotDefinition the definition level from which an entry has a slot
 */
export function pageSpans(
  repetition: Uint8Array,
  definition: Uint8Array,
  slotDefinition: number,
  maxDefinition: number,
  costOf: SlotCost,
  { pageRows, pageBytes }: PageLayout,
): PageSpan[] {
  const spans: PageSpan[] = [];
  let firstRow = 0;
  let row = 0;
  let firstEntry = 0;
  let firstSlot = 0;
  let slot = 0;
  let bytes = 0;
  const close = (entry: number): void => {
    spans.push({ firstRow, rows: row - firstRow, entries: [firstEntry, entry], slots: [firstSlot, slot] });
    firstRow = row;
    firstEntry = entry;
    firstSlot = slot;
    bytes = 0;
  };
  for (let entry = 0; entry < repetition.length; entry++) {
    if (repetition[entry] === 0) {
      if (bytes >= pageBytes || row - firstRow >= pageRows) close(entry);
      row++;
    }
    bytes += levelBytes;
    const level = definition[entry]!;
    if (level < slotDefinition) continue;
    if (level === maxDefinition) bytes += costOf(slot);
    slot++;
  }
  if (firstEntry < repetition.length) close(repetition.length);
  return spans;
}
