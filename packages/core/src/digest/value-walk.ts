import { types } from "node:util";
import { writeArrow } from "./arrow/arrow-digest.js";
import { type ArrowValue, arrowValueOf } from "./arrow/arrow-shape.js";
import { littleEndian } from "./byte-order.js";
import { cacheKeySymbol, type Keyed } from "./cache-key-symbol.js";
import { createHoleCounter, hasExtraProperties } from "./own-properties.js";
import { TaggedBytes } from "./tagged-bytes.js";
import { UndigestableValueError } from "./undigestable-value-error.js";
import { classNameOf, kindOf, typedArrayNames, type ValueKind } from "./value-kind.js";
import { renderPath } from "./value-path.js";

/** Deeper values are refused: the walk is recursive, and the stack must not end it. */
export const maximumDepth = 1000;
/** How often parts of cyclic values may be walked again before the value is called too entangled. */
const maximumRevisits = 1_000_000;

const version = "larder.value.1";

/** One byte for each kind of value. Part of the format: a change of meaning is a new `version`. */
const tag = {
  undefined: 0x75,
  null: 0x6e,
  true: 0x74,
  false: 0x66,
  number: 0x64,
  bigint: 0x69,
  hole: 0x68,
  object: 0x6f,
  "null-object": 0x4f,
  array: 0x61,
  map: 0x6d,
  set: 0x65,
  date: 0x44,
  regexp: 0x72,
  url: 0x55,
  "typed-array": 0x54,
  "array-buffer": 0x42,
  "data-view": 0x56,
  boxed: 0x58,
  keyed: 0x6b,
  above: 0x5e,
  arrow: 0x41,
} as const;

/** One canonical walk over a value, ending in its digest. */
export class ValueWalk {
  readonly #out = new TaggedBytes();
  /** The objects being walked, outermost first, and the step taken in each. */
  readonly #containers: object[] = [];
  readonly #steps: (string | symbol | number)[] = [];
  /** Digests of long parts without references upwards, by object. */
  readonly #known = new Map<object, Uint8Array>();
  /** Objects walked whose parts point upwards: those cannot be known, as the way up differs from place to place. */
  readonly #entangled = new Set<object>();
  #revisits = 0;
  /** The outermost container that what was written since refers up to. */
  #lowestReference = Number.POSITIVE_INFINITY;

  digest(value: unknown): string {
    this.#out.string(version);
    this.#write(value);
    return this.#out.digest();
  }

  release(): void {
    this.#out.release();
  }

  path(): string {
    return renderPath(this.#containers, this.#steps);
  }

  #refuse(reason: string, cause?: unknown): never {
    throw new UndigestableValueError(this.path(), reason, cause);
  }

  #write(value: unknown): void {
    const out = this.#out;
    switch (typeof value) {
      case "string":
        out.string(value);
        return;
      case "number":
        out.tagAndNumber(tag.number, value);
        return;
      case "boolean":
        out.byte(value ? tag.true : tag.false);
        return;
      case "undefined":
        out.byte(tag.undefined);
        return;
      case "bigint":
        out.byte(tag.bigint);
        out.string(value.toString(16));
        return;
      case "symbol":
        this.#refuse("it is a symbol, which means nothing in another process");
        break;
      case "function":
        this.#writeObject(value, "other");
        return;
      default:
        if (value === null) {
          out.byte(tag.null);
          return;
        }
        this.#writeObject(value as object, kindOf(value as object));
        return;
    }
  }

  #writeObject(value: object, kind: ValueKind): void {
    const containers = this.#containers;
    const depth = containers.length;
    const above = containers.lastIndexOf(value);
    if (above >= 0) {
      if (above < this.#lowestReference) this.#lowestReference = above;
      this.#out.tagAndCount(tag.above, depth - above);
      return;
    }
    if (depth >= maximumDepth) this.#refuse(`it is nested deeper than ${maximumDepth} levels`);
    const known = this.#known.get(value);
    if (known !== undefined) {
      this.#out.collapsed(known);
      return;
    }
    if (this.#entangled.size > 0 && this.#entangled.has(value) && ++this.#revisits > maximumRevisits) {
      this.#refuse(
        "its shared and circular references are too entangled; break the cycle or give it [cacheKeySymbol]()",
      );
    }
    const lowestOutside = this.#lowestReference;
    this.#lowestReference = Number.POSITIVE_INFINITY;
    containers.push(value);
    this.#out.begin();
    this.#writeContent(value, kind);
    const collapsed = this.#out.end();
    containers.pop();
    this.#steps.length = depth;
    if (this.#lowestReference === Number.POSITIVE_INFINITY) {
      if (collapsed !== undefined) this.#known.set(value, collapsed);
    } else {
      this.#entangled.add(value);
    }
    // A reference to this object itself is settled here; one further up concerns those around it too.
    this.#lowestReference = Math.min(
      lowestOutside,
      this.#lowestReference < depth ? this.#lowestReference : lowestOutside,
    );
  }

  #writeContent(value: object, kind: ValueKind): void {
    switch (kind) {
      case "object":
      case "null-object":
        this.#writeProperties(value as Record<string, unknown>, kind);
        return;
      case "array":
        this.#writeArray(value as unknown[]);
        return;
      case "other":
        this.#writeOther(value);
        return;
    }
    if (hasExtraProperties(value, kind)) {
      if (cacheKeySymbol in value) {
        this.#writeKeyed(value as Keyed);
        return;
      }
      this.#refuse(`it is a ${classNameOf(value)} with properties of its own, which are no part of its content`);
    }
    switch (kind) {
      case "map":
        this.#writeMap(value as Map<unknown, unknown>);
        return;
      case "set":
        this.#writeSet(value as Set<unknown>);
        return;
      case "date":
        this.#out.tagAndNumber(tag.date, Date.prototype.getTime.call(value));
        return;
      case "regexp":
        this.#writeRegExp(value as RegExp);
        return;
      case "url":
        this.#out.byte(tag.url);
        this.#out.string((value as URL).href);
        return;
      case "buffer":
      case "typed-array":
      case "array-buffer":
      case "data-view":
        this.#writeBinary(value as ArrayBufferView | ArrayBuffer, kind);
        return;
      case "boxed":
        this.#out.byte(tag.boxed);
        this.#write((value as { valueOf(): unknown }).valueOf());
        return;
    }
  }

  #writeProperties(value: Record<string, unknown>, kind: "object" | "null-object"): void {
    // Two listings: together they take half the time of Reflect.ownKeys.
    const symbols = Object.getOwnPropertySymbols(value);
    if (symbols.length > 0) {
      if (symbols.includes(cacheKeySymbol)) {
        this.#writeKeyed(value as unknown as Keyed);
        return;
      }
      this.#steps[this.#containers.length - 1] = symbols[0]!;
      this.#refuse("its name is a symbol, which means nothing in another process");
    }
    const names = Object.getOwnPropertyNames(value).sort();
    const level = this.#containers.length - 1;
    this.#out.tagAndCount(tag[kind], names.length);
    for (const name of names) {
      this.#steps[level] = name;
      const property = Object.getOwnPropertyDescriptor(value, name);
      if (property === undefined || property.get !== undefined || property.set !== undefined) {
        this.#refuse("it is a getter or setter, which would have to be run to be seen");
      }
      if (!property.enumerable) this.#refuse("it is a property that is not enumerable");
      this.#out.string(name);
      this.#write(property.value);
    }
  }

  #writeArray(value: unknown[]): void {
    if (hasExtraProperties(value, "array")) {
      if (Object.hasOwn(value, cacheKeySymbol)) {
        this.#writeKeyed(value as unknown as Keyed);
        return;
      }
      this.#refuse("it is an array with named properties");
    }
    const length = value.length;
    const level = this.#containers.length - 1;
    this.#out.tagAndCount(tag.array, length);
    let holesAt: ((index: number) => number) | undefined;
    for (let index = 0; index < length; index++) {
      this.#steps[level] = index;
      const property = Object.getOwnPropertyDescriptor(value, index);
      if (property === undefined) {
        holesAt ??= createHoleCounter(value);
        const holes = holesAt(index);
        this.#out.tagAndCount(tag.hole, holes);
        index += holes - 1;
      } else if (property.get !== undefined || property.set !== undefined) {
        this.#refuse("it is a getter or setter, which would have to be run to be seen");
      } else {
        this.#write(property.value);
      }
    }
  }

  #writeMap(value: Map<unknown, unknown>): void {
    const level = this.#containers.length - 1;
    let step = 0;
    this.#out.tagAndCount(tag.map, value.size);
    for (const [key, item] of Map.prototype.entries.call(value)) {
      this.#steps[level] = step++;
      this.#write(key);
      this.#steps[level] = step++;
      this.#write(item);
    }
  }

  #writeSet(value: Set<unknown>): void {
    const level = this.#containers.length - 1;
    let step = 0;
    this.#out.tagAndCount(tag.set, value.size);
    for (const item of Set.prototype.values.call(value)) {
      this.#steps[level] = step++;
      this.#write(item);
    }
  }

  #writeRegExp(value: RegExp): void {
    this.#out.byte(tag.regexp);
    this.#out.string(value.source);
    this.#out.string(value.flags);
    this.#write(value.lastIndex);
  }

  #writeBinary(value: ArrayBufferView | ArrayBuffer, kind: ValueKind): void {
    const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
    if (!types.isArrayBuffer(buffer)) this.#refuse("its memory is shared, and others may change it while it is read");
    if ((buffer as { resizable?: boolean }).resizable === true) this.#refuse("its memory can be resized");
    if (!littleEndian) this.#refuse("this machine keeps numbers highest byte first");
    const out = this.#out;
    if (kind === "typed-array" || kind === "buffer") {
      const name = kind === "buffer" ? "Uint8Array" : classNameOf(value);
      out.byte(tag["typed-array"]);
      out.byte(typedArrayNames.indexOf(name as (typeof typedArrayNames)[number]));
    } else {
      out.byte(kind === "data-view" ? tag["data-view"] : tag["array-buffer"]);
    }
    const bytes = ArrayBuffer.isView(value)
      ? new Uint8Array(buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(buffer);
    out.count(bytes.byteLength);
    out.bytes(canonicalElements(value, bytes));
  }

  #writeOther(value: object): void {
    if (types.isProxy(value)) this.#refuse("it is a proxy, which cannot be seen through");
    if (cacheKeySymbol in value) {
      this.#writeKeyed(value as Keyed);
      return;
    }
    const arrow = arrowValueOf(value);
    if (arrow !== undefined) {
      if (!littleEndian) this.#refuse("this machine keeps numbers highest byte first");
      this.#out.byte(tag.arrow);
      this.#writeArrow(arrow);
      return;
    }
    if (typeof value === "function") {
      this.#refuse("it is a function; give it [cacheKeySymbol]() if what it does can be named");
    }
    this.#refuse(
      `it is an instance of ${classNameOf(value)}, of which only [cacheKeySymbol]() could say what it holds`,
    );
  }

  #writeArrow(value: ArrowValue): void {
    try {
      writeArrow(value, this.#out, (reason, column) => {
        if (column !== undefined) this.#steps[this.#containers.length - 1] = column;
        return this.#refuse(reason);
      });
    } catch (error) {
      if (error instanceof UndigestableValueError) throw error;
      this.#refuse("its Arrow buffers do not fit together", error);
    }
  }

  #writeKeyed(value: Keyed): void {
    let key: unknown;
    try {
      key = value[cacheKeySymbol]();
    } catch (error) {
      this.#refuse(`its [cacheKeySymbol]() threw: ${String(error)}`, error);
    }
    if (key === value) this.#refuse("its [cacheKeySymbol]() returned the object itself");
    this.#out.byte(tag.keyed);
    this.#out.string(typeof value === "function" ? "" : classNameOf(value));
    this.#steps[this.#containers.length - 1] = cacheKeySymbol;
    this.#write(key);
  }
}

/** The bytes of a view with one NaN for all; copied only when they hold another. */
function canonicalElements(value: ArrayBufferView | ArrayBuffer, bytes: Uint8Array): Uint8Array {
  if (!(types.isFloat64Array(value) || types.isFloat32Array(value))) return bytes;
  let copy: Float64Array | Float32Array | undefined;
  for (let index = 0; index < value.length; index++) {
    const element = value[index]!;
    if (Number.isNaN(element)) {
      copy ??= value.slice();
      copy[index] = Number.NaN;
    }
  }
  return copy === undefined ? bytes : new Uint8Array(copy.buffer, copy.byteOffset, copy.byteLength);
}
