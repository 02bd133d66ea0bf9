import type { Arrow } from "./arrow-wire.js";
import { fromWire, holdsTables, type WireValue } from "./wire-value.js";

/** Apache Arrow, which is loaded when the first table is sent. */
let arrow: Arrow | undefined;
let loading: Promise<Arrow> | undefined;

/** The library, where it was loaded. */
export function loadedArrow(): Arrow | undefined {
  return arrow;
}

export function loadArrow(): Promise<Arrow> {
  loading ??= import("apache-arrow").then((library) => {
    arrow = library;
    return library;
  });
  return loading;
}

/** The value that was sent; a promise of it where Arrow must be loaded first. */
export function received(wire: WireValue): unknown {
  return arrow === undefined && holdsTables(wire)
    ? loadArrow().then((library) => fromWire(wire, library))
    : fromWire(wire, arrow);
}
