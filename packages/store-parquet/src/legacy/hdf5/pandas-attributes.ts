import { damagedLegacy } from "../legacy-errors.js";
import { type Hdf5Attribute, textOf } from "./hdf5-attribute.js";
import { PickledObject, type PickleNode, pickleTree } from "./pickle-tree.js";

/** The attributes of a group or dataset that pandas wrote. */
export type PandasAttributes = ReadonlyMap<string, Hdf5Attribute>;

/**
 * An attribute that PyTables may have pickled, as data; `undefined` when there is none. What is declared UTF-8 is text; bytes that are no pickle are
 * text of Python 2.
 */
export function pandasValue(attributes: PandasAttributes, name: string): PickleNode | undefined {
  const attribute = attributes.get(name);
  switch (attribute?.kind) {
    case "text":
      return attribute.text;
    case "number":
      return attribute.value;
    case "bytes":
      try {
        return pickleTree(attribute.bytes);
      } catch {
        return textOf(attribute);
      }
    default:
      return undefined;
  }
}

/** The name of an index or a series, as pandas has it: text, a number as text, or none. */
export function pandasName(attributes: PandasAttributes, name: string, origin: string): string | undefined {
  const value = pandasValue(attributes, name) ?? null;
  if (value === null) return undefined;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  throw damagedLegacy(origin, `the name of its index or series is neither text nor a number`);
}

/** A time zone by its name in the tz database: text, or one of pytz's objects for UTC. `undefined`: none. */
export function zoneOf(value: PickleNode | undefined, origin: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  const isUtc = value instanceof PickledObject && /^(?:pytz\._UTC|pytz\.utc|datetime\.timezone\.utc)$/.test(value.name);
  if (isUtc) return "UTC";
  throw damagedLegacy(origin, "its time zone is an object of Python, whose name is not known here");
}

/** A list of names of columns: text, or numbers as text. `undefined` when it is something else. */
export function nameList(value: PickleNode | undefined): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const names: string[] = [];
  for (const item of value) {
    if (typeof item !== "string" && typeof item !== "bigint") return undefined;
    names.push(String(item));
  }
  return names;
}
