import type { PlacedEpoch } from "../coverage/ordered-epochs.js";

/** Columns that every one of some epochs has all of, or none of. */
export interface ColumnGroups {
  /** Columns of each group. */
  readonly groups: readonly (readonly string[])[];
  /** The groups of each epoch, in the order of the epochs; none of an epoch that is not of rows. */
  readonly groupsOf: readonly (readonly number[])[];
}

/** Divides the columns that some epochs name. An epoch without any has a group without any. */
export function columnGroups(epochs: readonly PlacedEpoch[]): ColumnGroups {
  const shapes = new Map<string, { readonly columns: readonly string[]; readonly id: number }>();
  const shapeOf = epochs.map(({ epoch }) => {
    if (epoch.kind !== "rows") return -1;
    const columns = [...new Set(epoch.columns)].sort();
    const text = JSON.stringify(columns);
    const shape = shapes.get(text) ?? { columns, id: shapes.size };
    shapes.set(text, shape);
    return shape.id;
  });
  const shapesOf = new Map<string, number[]>();
  for (const { columns, id } of shapes.values()) {
    for (const column of columns) shapesOf.set(column, [...(shapesOf.get(column) ?? []), id]);
  }
  const members = new Map<string, { readonly columns: string[]; readonly shapes: readonly number[] }>();
  for (const [column, ids] of shapesOf) {
    const text = ids.join();
    const group = members.get(text) ?? { columns: [], shapes: ids };
    group.columns.push(column);
    members.set(text, group);
  }
  const withoutColumns = shapes.get("[]");
  const all = [...members.values(), ...(withoutColumns ? [{ columns: [], shapes: [withoutColumns.id] }] : [])];
  const groupsOfShape = [...shapes.values()].map(({ id }) =>
    all.flatMap((group, i) => (group.shapes.includes(id) ? i : [])),
  );
  return { groups: all.map(({ columns }) => columns), groupsOf: shapeOf.map((shape) => groupsOfShape[shape] ?? []) };
}
