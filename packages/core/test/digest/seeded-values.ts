/** Random numbers from a seed, the same in every process (mulberry32). */
export interface Chance {
  /** A whole number from 0 to `below - 1`. */
  below(below: number): number;
}

export function createChance(seed: number): Chance {
  let state = seed | 0;
  return {
    below(below) {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
    },
  };
}

export interface SeededValueOptions {
  readonly seed: number;
  /** How many parts the value may have, about. */
  readonly size: number;
  /** Whether objects may be met twice, and point back up. Default true. */
  readonly references?: boolean;
}

const strings = [
  "",
  "a",
  "name",
  "__proto__",
  "constructor",
  "toJSON",
  "0",
  "10",
  "2",
  "héllo",
  "日本語",
  "😀",
  "\ud800",
  "x\udc00y",
  "\u0000",
  "\uffff",
  '"\\\n',
  "length",
  "long ".repeat(300),
];
const numbers = [
  0,
  -0,
  1,
  -1,
  0.1,
  Number.NaN,
  Infinity,
  -Infinity,
  2 ** 31,
  -(2 ** 31),
  2 ** 32,
  -(2 ** 32) - 1,
  2 ** 53,
  5e-324,
  1e300,
  127,
  128,
];
const bigints = [0n, 1n, -1n, 2n ** 63n, -(2n ** 64n), 10n ** 50n];
const urls = ["http://a/", "https://example.org/x?y=1#z", "data:text/plain,hi", "file:///tmp/a%20b"];

/** A value of any kind that can be digested and stored, made from a seed. */
export function seededValue(options: SeededValueOptions): unknown {
  const chance = createChance(options.seed);
  const made: object[] = [];
  let left = options.size;

  function pick<T>(choices: readonly T[]): T {
    return choices[chance.below(choices.length)]!;
  }

  function keep<T extends object>(object: T): T {
    made.push(object);
    return object;
  }

  function bytes(): Uint8Array<ArrayBuffer> {
    const length = chance.below(20) === 0 ? 3000 : chance.below(5) * 8;
    return Uint8Array.from({ length }, () => chance.below(256));
  }

  function primitive(): unknown {
    switch (chance.below(7)) {
      case 0:
        return pick(strings);
      case 1:
        return pick(numbers);
      case 2:
        return pick(bigints);
      case 3:
        return chance.below(2) === 0;
      case 4:
        return pick([null, undefined]);
      case 5:
        return chance.below(1000) - 500;
      default:
        return `text ${chance.below(1000)}`;
    }
  }

  function leaf(): object {
    switch (chance.below(8)) {
      case 0:
        return new Date(chance.below(4) === 0 ? Number.NaN : chance.below(2 ** 31) * 1000);
      case 1: {
        const expression = new RegExp(
          pick(["a", "a/b", "[^x]+", "(?:)", "\\n", "é"]),
          pick(["", "g", "giu", "y", "s"]),
        );
        expression.lastIndex = chance.below(3);
        return expression;
      }
      case 2:
        return new URL(pick(urls));
      case 3:
        return Buffer.from(bytes());
      case 4:
        return bytes().buffer;
      case 5:
        return new DataView(bytes().buffer);
      case 6:
        return pick([new Float64Array([0, -0, Number.NaN, 1.5]), new Float32Array([0.5, Number.NaN])]);
      default: {
        const TypedArray = pick([
          Int8Array,
          Uint8Array,
          Uint8ClampedArray,
          Int16Array,
          Uint16Array,
          Int32Array,
          Uint32Array,
          BigInt64Array,
          BigUint64Array,
        ]);
        return new TypedArray(bytes().buffer);
      }
    }
  }

  function container(): object {
    const parts = chance.below(6);
    switch (chance.below(7)) {
      case 0:
      case 1: {
        const object = keep({} as Record<string, unknown>);
        for (let part = 0; part < parts; part++) setOwn(object, pick(strings), value());
        return object;
      }
      case 2: {
        const object = keep(Object.create(null) as Record<string, unknown>);
        for (let part = 0; part < parts; part++) setOwn(object, pick(strings), value());
        return object;
      }
      case 3: {
        const array: unknown[] = keep([]);
        for (let part = 0; part < parts; part++) {
          if (chance.below(5) === 0) array.length += 1 + chance.below(3);
          else array.push(value());
        }
        return array;
      }
      case 4:
        return chance.below(2) === 0
          ? keep(Array.from({ length: 14 + chance.below(10) }, () => pick(numbers)))
          : keep(Array.from({ length: chance.below(80) }, () => chance.below(100)));
      case 5: {
        const map = keep(new Map<unknown, unknown>());
        for (let part = 0; part < parts; part++) map.set(value(), value());
        return map;
      }
      default: {
        const set = keep(new Set<unknown>());
        for (let part = 0; part < parts; part++) set.add(value());
        return set;
      }
    }
  }

  function value(): unknown {
    if (left-- <= 0) return primitive();
    const choice = chance.below(10);
    if (choice < 4) return primitive();
    if (choice < 6) return keep(leaf());
    if (choice < 7 && options.references !== false && made.length > 0) return pick(made);
    return container();
  }

  return chance.below(8) === 0 ? value() : container();
}

/** Sets a property as data, also one named `__proto__`. */
export function setOwn(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}
