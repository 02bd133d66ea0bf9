import { types } from "node:util";
import { littleEndian } from "../digest/byte-order.js";
import { createHoleCounter, hasExtraProperties } from "../digest/own-properties.js";
import { classNameOf, kindOf, typedArrayNames, type ValueKind } from "../digest/value-kind.js";
import { renderPath } from "../digest/value-path.js";
import type { ByteWriter } from "./byte-writer.js";
import { maximumDepth, tag } from "./structured-format.js";
import { UnencodableValueError } from "./unencodable-value-error.js";

interface NameList {
  number: number | undefined;
  next: Map<string, NameList> | undefined;
}

/** Writes one value in the tagged form. One encoder writes one value. */
export class StructuredEncoder {
  readonly #out: ByteWriter;
  readonly #numbers = new Map<object, number>();
  readonly #names: NameList = { number: undefined, next: undefined };
  #nameLists = 0;
  readonly #containers: object[] = [];
  readonly #steps: (string | symbol | number)[] = [];

  constructor(out: ByteWriter) {
    this.#out = out;
  }

  path(): string {
    return renderPath(this.#containers, this.#steps);
  }

  /** @throws UnencodableValueError */
  write(value: unknown): void {
    const out = this.#out;
    switch (typeof value) {
      case "string":
        out.byte(tag.string);
        out.string(value);
        return;
      case "number":
        this.#writeNumber(value);
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
        this.#refuse("it is a symbol");
        break;
      case "function":
        this.#refuse("it is a function");
        break;
      default:
        if (value === null) out.byte(tag.null);
        else this.#writeObject(value as object);
        return;
    }
  }

  #refuse(reason: string): never {
    throw new UnencodableValueError(this.path(), reason);
  }

  #writeNumber(value: number): void {
    const out = this.#out;
    if (Number.isInteger(value) && value <= 0xffff_ffff && value >= -0x1_0000_0000 && !Object.is(value, -0)) {
      out.byte(value >= 0 ? tag.positive : tag.negative);
      out.count(value >= 0 ? value : -1 - value);
      return;
    }
    out.byte(tag.float64);
    out.float64(value);
  }

  #writeObject(value: object): void {
    const number = this.#numbers.get(value);
    if (number !== undefined) {
      this.#out.byte(tag.reference);
      this.#out.count(number);
      return;
    }
    const depth = this.#containers.length;
    if (depth >= maximumDepth) this.#refuse(`it is nested deeper than ${maximumDepth} levels`);
    this.#numbers.set(value, this.#numbers.size);
    this.#containers.push(value);
    this.#writeContent(value, kindOf(value));
    this.#containers.pop();
    this.#steps.length = depth;
  }

  #writeContent(value: object, kind: ValueKind): void {
    if (kind === "object" || kind === "null-object") {
      this.#writeProperties(value, kind);
      return;
    }
    if (kind === "other") {
      if (types.isProxy(value)) this.#refuse("it is a proxy");
      this.#refuse(`it is an instance of ${classNameOf(value)}, and would not come back as one`);
    }
    if (hasExtraProperties(value, kind)) this.#refuse("it has properties besides its content");
    switch (kind) {
      case "array":
        this.#writeArray(value as unknown[]);
        return;
      case "map":
        this.#writeMap(value as Map<unknown, unknown>);
        return;
      case "set":
        this.#writeSet(value as Set<unknown>);
        return;
      case "date":
        this.#out.byte(tag.date);
        this.#out.float64(Date.prototype.getTime.call(value));
        return;
      case "regexp":
        this.#writeRegExp(value as RegExp);
        return;
      case "url":
        this.#writeUrl(value as URL);
        return;
      case "boxed":
        this.#refuse("it is a boxed primitive");
        break;
      default:
        this.#writeBinary(value as ArrayBufferView | ArrayBuffer, kind);
        return;
    }
  }

  #writeProperties(value: object, kind: "object" | "null-object"): void {
    const out = this.#out;
    const level = this.#containers.length - 1;
    const symbols = Object.getOwnPropertySymbols(value);
    if (symbols.length > 0) {
      this.#steps[level] = symbols[0]!;
      this.#refuse("its name is a symbol");
    }
    const keys = Object.getOwnPropertyNames(value);
    let names = this.#names;
    for (const key of keys) {
      names.next ??= new Map();
      let next = names.next.get(key);
      if (next === undefined) {
        next = { number: undefined, next: undefined };
        names.next.set(key, next);
      }
      names = next;
    }
    if (names.number === undefined) {
      names.number = this.#nameLists++;
      out.byte(kind === "object" ? tag.object : tag.nullObject);
      out.count(keys.length);
      for (const key of keys) out.string(key);
    } else {
      out.byte(kind === "object" ? tag.knownObject : tag.knownNullObject);
      out.count(names.number);
    }
    for (const key of keys) {
      this.#steps[level] = key;
      const property = Object.getOwnPropertyDescriptor(value, key);
      if (property === undefined || property.get !== undefined || property.set !== undefined) {
        this.#refuse("it is a getter or setter");
      }
      if (!property.enumerable) this.#refuse("it is a property that is not enumerable");
      this.write(property.value);
    }
  }

  #writeArray(value: unknown[]): void {
    const out = this.#out;
    const length = value.length;
    const level = this.#containers.length - 1;
    if (isNumberArray(value)) {
      this.#writeNumberArray(value);
      return;
    }
    out.byte(tag.array);
    out.count(length);
    let holesAt: ((index: number) => number) | undefined;
    for (let index = 0; index < length; index++) {
      this.#steps[level] = index;
      const property = Object.getOwnPropertyDescriptor(value, index);
      if (property === undefined) {
        holesAt ??= createHoleCounter(value);
        const holes = holesAt(index);
        out.byte(tag.holes);
        out.count(holes);
        index += holes - 1;
      } else if (property.get !== undefined || property.set !== undefined) {
        this.#refuse("it is a getter or setter");
      } else {
        this.write(property.value);
      }
    }
  }

  #writeNumberArray(value: number[]): void {
    this.#out.byte(tag.numberArray);
    this.#out.count(value.length);
    for (let index = 0; index < value.length; index++) this.#out.float64(value[index]!);
  }

  #writeMap(value: Map<unknown, unknown>): void {
    const level = this.#containers.length - 1;
    let step = 0;
    this.#out.byte(tag.map);
    this.#out.count(value.size);
    for (const [key, item] of Map.prototype.entries.call(value)) {
      this.#steps[level] = step++;
      this.write(key);
      this.#steps[level] = step++;
      this.write(item);
    }
  }

  #writeSet(value: Set<unknown>): void {
    const level = this.#containers.length - 1;
    let step = 0;
    this.#out.byte(tag.set);
    this.#out.count(value.size);
    for (const item of Set.prototype.values.call(value)) {
      this.#steps[level] = step++;
      this.write(item);
    }
  }

  #writeRegExp(value: RegExp): void {
    const lastIndex: unknown = value.lastIndex;
    if (typeof lastIndex !== "number") this.#refuse("its lastIndex is no number");
    this.#out.byte(tag.regexp);
    this.#out.string(value.source);
    this.#out.string(value.flags);
    this.#out.float64(lastIndex);
  }

  #writeUrl(value: URL): void {
    const href = value.href;
    if (!URL.canParse(href) || new URL(href).href !== href) {
      this.#refuse("it is a URL whose text, read again, gives another URL");
    }
    this.#out.byte(tag.url);
    this.#out.string(href);
  }

  #writeBinary(value: ArrayBufferView | ArrayBuffer, kind: ValueKind): void {
    const out = this.#out;
    const view = ArrayBuffer.isView(value);
    const buffer = view ? value.buffer : value;
    if (!types.isArrayBuffer(buffer)) this.#refuse("its memory is shared with other threads");
    if ((buffer as { resizable?: boolean }).resizable === true) this.#refuse("its memory can be resized");
    if (!littleEndian) this.#refuse("this machine keeps numbers highest byte first");
    if (kind === "typed-array") {
      out.byte(tag.typedArray);
      out.byte(typedArrayNames.indexOf(classNameOf(value) as (typeof typedArrayNames)[number]));
    } else {
      out.byte(kind === "buffer" ? tag.buffer : kind === "data-view" ? tag.dataView : tag.arrayBuffer);
    }
    const bytes = view ? new Uint8Array(buffer, value.byteOffset, value.byteLength) : new Uint8Array(buffer);
    out.count(bytes.byteLength);
    out.bytes(bytes);
  }
}

/** Whether an array is worth keeping as 8 bytes an element: long, and numbers alone. */
function isNumberArray(value: unknown[]): value is number[] {
  if (value.length < 16) return false;
  for (let index = 0; index < value.length; index++) {
    const property = Object.getOwnPropertyDescriptor(value, index);
    if (property === undefined || typeof property.value !== "number") return false;
  }
  return true;
}
