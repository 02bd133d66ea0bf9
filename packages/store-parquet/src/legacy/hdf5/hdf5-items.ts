import { textOf } from "./hdf5-attribute.js";
import type { Hdf5File } from "./hdf5-file.js";
import { Hdf5Class } from "./hdf5-type.js";

/** A table within an HDF5 file, and how it is laid out there. */
export interface Hdf5Item {
  /** Path within the file, beginning with a slash. */
  readonly path: string;
  readonly layout: "dataset" | "group" | "pandas" | "unreadable";
  /** Of what can't be read: why. */
  readonly reason?: string;
  readonly warnings: readonly string[];
}

/** Groups within groups, at most. */
const mostDepth = 64;
/** What PyTables and h5py write of their own accord. */
const ownAttributes =
  /^(?:CLASS|TITLE|VERSION|FLAVOR|PYTABLES_FORMAT_VERSION|NROWS|FIELD_\d+_\w+|transposed|EXTDIM|DIMENSION_LIST|REFERENCE_LIST|NAME)$/;

/** What pandas writes to a group that is a table. */
const pandasAttributes =
  /^(?:pandas_\w+|encoding|errors|ndim|nblocks|\w+_variety|\w+_nlevels|name|table_type|index_cols|values_cols|non_index_axes|data_columns|nan_rep|info|levels)$/;

/**
 * The tables of a file, in the order of its names: what pandas wrote; a group of nothing but datasets of one dimension and equal length;
 * otherwise each dataset by itself. With `rootIsGroup` the whole file may be such a group; else it is taken for a cache, whose
 * datasets have nothing to do with each other. An object that is reached by several paths through groups comes once.
 */
export function hdf5Items(file: Hdf5File, rootIsGroup: boolean): Hdf5Item[] {
  const items: Hdf5Item[] = [];
  const seen = new Set<string>();
  const visit = (path: string, depth: number): void => {
    const kind = file.kind(path);
    if (kind !== "group") {
      items.push(single(file, path, kind));
      return;
    }
    const identity = file.identity(path);
    if (seen.has(identity)) return;
    seen.add(identity);
    const names = file.names(path);
    if (file.attributes(path).has("pandas_type")) {
      items.push({ path, layout: "pandas", warnings: attributeWarnings(file, [path], pandasAttributes) });
    } else if ((path !== "/" || rootIsGroup) && isTable(file, path, names)) {
      items.push({
        path,
        layout: "group",
        warnings: attributeWarnings(file, [path, ...names.map((name) => childPath(path, name))]),
      });
    } else if (depth >= mostDepth) {
      items.push({ path, layout: "unreadable", reason: `it lies more than ${mostDepth} groups deep`, warnings: [] });
    } else {
      for (const name of names) visit(childPath(path, name), depth + 1);
    }
  };
  visit("/", 0);
  return items;
}

/** The path of a name within a group. */
export function childPath(group: string, name: string): string {
  return group === "/" ? `/${name}` : `${group}/${name}`;
}

function single(file: Hdf5File, path: string, kind: "dataset" | "type" | "link"): Hdf5Item {
  switch (kind) {
    case "dataset":
      return { path, layout: "dataset", warnings: attributeWarnings(file, [path]) };
    case "link":
      return {
        path,
        layout: "unreadable",
        reason: "it is a link that leads nowhere, or to another file",
        warnings: [],
      };
    default:
      return { path, layout: "unreadable", reason: "it is a type without data", warnings: [] };
  }
}

function isTable(file: Hdf5File, path: string, names: readonly string[]): boolean {
  const lengths = names.map((name) => {
    const child = childPath(path, name);
    if (file.kind(child) !== "dataset") return undefined;
    const { type } = file.dataset(child);
    return type.shape?.length === 1 && type.type !== Hdf5Class.compound ? type.shape[0] : undefined;
  });
  return lengths.length > 0 && lengths.every((length) => length !== undefined && length === lengths[0]);
}

/** Attributes are not values of the table; who wants to keep them should know. */
function attributeWarnings(file: Hdf5File, paths: readonly string[], also?: RegExp): string[] {
  return paths.flatMap((path) => {
    const names = [...file.attributes(path)]
      .filter(([name]) => !ownAttributes.test(name) && !also?.test(name))
      .map(([name]) => name);
    return names.length === 0 ? [] : [`Attributes of ${path} are not carried over: ${names.join(", ")}.`];
  });
}

/** Who wrote a group, where it says so: `frame`, `series`, `frame_table`, … */
export function pandasType(file: Hdf5File, path: string): string | undefined {
  return textOf(file.attributes(path).get("pandas_type"));
}
