import { typedArrayNames } from "../digest/value-kind.js";
import type { ByteReader } from "./byte-reader.js";
import { maximumDepth, tag } from "./structured-format.js";

const typedArrays = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

const bigintPattern = /^-?(?:0|[1-9a-f][0-9a-f]*)$/;

/** Reads one value in the tagged form; creates nothing but the kinds that form has. One decoder reads one value. */
export class StructuredDecoder {
  readonly #in: ByteReader;
  /** Objects by number. */
  readonly #objects: object[] = [];
  readonly #nameLists: string[][] = [];
  #depth = 0;

  constructor(reader: ByteReader) {
    this.#in = reader;
  }

  /** @throws LarderError `malformed-structured-value` */
  read(): unknown {
    return this.#readTagged(this.#in.byte());
  }

  #readTagged(first: number): unknown {
    const reader = this.#in;
    switch (first) {
      case tag.undefined:
        return undefined;
      case tag.null:
        return null;
      case tag.false:
        return false;
      case tag.true:
        return true;
      case tag.positive:
        return reader.count();
      case tag.negative:
        return -1 - reader.count();
      case tag.float64:
        return reader.float64();
      case tag.string:
        return reader.string();
      case tag.bigint:
        return this.#readBigInt();
      case tag.reference:
        return this.#objects[reader.count()] ?? reader.malformed("a reference names no object");
      default:
        if (++this.#depth > maximumDepth) reader.malformed("it is nested too deep");
        try {
          return this.#readObject(first);
        } finally {
          this.#depth--;
        }
    }
  }

  #readObject(first: number): object {
    const reader = this.#in;
    switch (first) {
      case tag.object:
        return this.#readProperties({}, this.#readNames());
      case tag.nullObject:
        return this.#readProperties(Object.create(null), this.#readNames());
      case tag.knownObject:
        return this.#readProperties({}, this.#knownNames());
      case tag.knownNullObject:
        return this.#readProperties(Object.create(null), this.#knownNames());
      case tag.array:
        return this.#readArray();
      case tag.numberArray:
        return this.#readNumberArray();
      case tag.map:
        return this.#readMap();
      case tag.set:
        return this.#readSet();
      case tag.date:
        return this.#keep(new Date(reader.float64()));
      case tag.regexp:
        return this.#readRegExp();
      case tag.url:
        return this.#readUrl();
      case tag.typedArray:
        return this.#readTypedArray();
      case tag.buffer:
        return this.#keep(Buffer.from(this.#readBytes().buffer));
      case tag.arrayBuffer:
        return this.#keep(this.#readBytes().buffer);
      case tag.dataView:
        return this.#keep(new DataView(this.#readBytes().buffer));
      default:
        return reader.malformed(`nothing begins with ${first}`);
    }
  }

  #keep<T extends object>(object: T): T {
    this.#objects.push(object);
    return object;
  }

  #readBigInt(): bigint {
    const text = this.#in.string();
    if (!bigintPattern.test(text) || text === "-0") this.#in.malformed("a BigInt is not in hexadecimal digits");
    return text.startsWith("-") ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
  }

  #readNames(): string[] {
    const count = this.#in.countOf(1);
    const names: string[] = [];
    for (let index = 0; index < count; index++) names.push(this.#in.string());
    if (new Set(names).size !== count) this.#in.malformed("a property is named twice");
    this.#nameLists.push(names);
    return names;
  }

  #knownNames(): string[] {
    return this.#nameLists[this.#in.count()] ?? this.#in.malformed("a list of names is not known");
  }

  #readProperties(object: Record<string, unknown>, names: readonly string[]): object {
    this.#keep(object);
    if (names.length > this.#in.remaining) this.#in.malformed("it ends too early");
    for (const name of names) {
      const value = this.read();
      if (name === "__proto__") {
        Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
      } else {
        object[name] = value;
      }
    }
    return object;
  }

  #readArray(): unknown[] {
    const reader = this.#in;
    const array: unknown[] = this.#keep([]);
    const length = reader.count();
    if (length > 0xffff_ffff) reader.malformed("an array is too long");
    while (array.length < length) {
      const first = reader.byte();
      if (first === tag.holes) {
        const holes = reader.count();
        if (holes < 1 || holes > length - array.length) reader.malformed("holes reach past the end of their array");
        addHoles(array, holes);
      } else {
        array.push(this.#readTagged(first));
      }
    }
    return array;
  }

  #readNumberArray(): number[] {
    const array: number[] = this.#keep([]);
    const length = this.#in.countOf(8);
    for (let index = 0; index < length; index++) array.push(this.#in.float64());
    return array;
  }

  #readMap(): Map<unknown, unknown> {
    const map = this.#keep(new Map<unknown, unknown>());
    const size = this.#in.countOf(2);
    for (let index = 0; index < size; index++) {
      const key = this.read();
      map.set(key, this.read());
    }
    if (map.size !== size) this.#in.malformed("a key of a Map comes twice");
    return map;
  }

  #readSet(): Set<unknown> {
    const set = this.#keep(new Set<unknown>());
    const size = this.#in.countOf(1);
    for (let index = 0; index < size; index++) set.add(this.read());
    if (set.size !== size) this.#in.malformed("an element of a Set comes twice");
    return set;
  }

  #readRegExp(): RegExp {
    const source = this.#in.string();
    const flags = this.#in.string();
    const lastIndex = this.#in.float64();
    try {
      const expression = new RegExp(source, flags);
      expression.lastIndex = lastIndex;
      return this.#keep(expression);
    } catch (cause) {
      return this.#in.malformed("a regular expression is not valid", cause);
    }
  }

  #readUrl(): URL {
    const href = this.#in.string();
    if (!URL.canParse(href)) this.#in.malformed("a URL is not valid");
    return this.#keep(new URL(href));
  }

  #readTypedArray(): object {
    const kind = this.#in.byte();
    const TypedArray = typedArrays[kind];
    if (TypedArray === undefined) return this.#in.malformed("a typed array is of no known kind");
    const bytes = this.#readBytes();
    if (bytes.byteLength % TypedArray.BYTES_PER_ELEMENT !== 0) {
      return this.#in.malformed(`the bytes of a ${typedArrayNames[kind]} end within an element`);
    }
    return this.#keep(new TypedArray(bytes.buffer));
  }

  #readBytes(): Uint8Array<ArrayBuffer> {
    return this.#in.copy(this.#in.countOf(1));
  }
}

/** More holes than this in a row are not given memory. */
const allocatedHoles = 64;

/**
 * Makes an array longer without giving its holes memory: a few bytes can stand for billions of them. An array that was
 * once as long as arrays can be is kept as a table of its elements.
 */
function addHoles(array: unknown[], holes: number): void {
  const length = array.length + holes;
  if (holes > allocatedHoles) array.length = 0xffff_ffff;
  array.length = length;
}
