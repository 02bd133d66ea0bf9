import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { copyByIndex, copyPlainText } from "../../src/read/copy-text.js";

const seed = 20_261_128;
const damaged = expect.objectContaining({ code: "damaged-parquet" });

/** Short values, values around the length from which on a call copies, and none. */
const values = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc.uint8Array({ minLength: 90, maxLength: 102 }),
    fc.constant(new Uint8Array(0)),
  ),
  { maxLength: 40 },
);
/** Where memories begin in theirs, and how much room the answer has behind it. */
const places = fc.record({ source: fc.nat(9), target: fc.nat(9), room: fc.nat(20), before: fc.nat(20), at: fc.nat(3) });

/** Memory with marks around what may be written. */
function markedTarget(byteLength: number, count: number, { target, room, before, at }: { [place: string]: number }) {
  const around = new Uint8Array(target! + before! + byteLength + room! + 16).fill(0xa5);
  const data = around.subarray(target, target! + before! + byteLength + room!);
  const ends = new Int32Array(at! + count + 1).fill(-7);
  return { around, target: { data, ends, at: at!, to: before! } };
}

function plainText(texts: readonly Uint8Array[], offset: number): Uint8Array {
  const parts = texts.flatMap((text) => {
    const length = Buffer.alloc(4);
    length.writeInt32LE(text.byteLength);
    return [length, text];
  });
  return Uint8Array.from(Buffer.concat([new Uint8Array(offset), ...parts])).subarray(offset);
}

function expectCopied(texts: readonly Uint8Array[], marked: ReturnType<typeof markedTarget>, end: number): void {
  const { around, target } = marked;
  const all = Buffer.concat(texts);
  expect(end).toBe(target.to + all.byteLength);
  expect(Buffer.compare(target.data.subarray(target.to, end), all)).toBe(0);
  let last = target.to;
  const ends = texts.map((text) => (last += text.byteLength));
  expect([...target.ends]).toEqual([...new Array(target.at).fill(-7), ...ends, -7]);
  const [from, to] = [target.data.byteOffset, target.data.byteOffset + target.data.byteLength];
  expect(around.every((byte, i) => (i >= from + target.to && i < to) || byte === 0xa5)).toBe(true);
}

describe(`copying text (seed ${seed})`, () => {
  test("with its lengths gives the values one after the other, and touches nothing around their memory", () => {
    fc.assert(
      fc.property(values, places, fc.nat(30), (texts, place, behind) => {
        const bytes = plainText(texts, place.source);
        const longer = new Uint8Array([...bytes, ...new Uint8Array(behind).fill(1)]);
        for (const body of [bytes, longer]) {
          const marked = markedTarget(bytes.byteLength - 4 * texts.length, texts.length, place);
          expectCopied(texts, marked, copyPlainText(body, texts.length, marked.target));
        }
      }),
      { seed, numRuns: 500 },
    );
  });

  test("with a length that is negative, or beyond the end, is refused", () => {
    fc.assert(
      fc.property(values, places, fc.nat(), fc.oneof(fc.constant(-1), fc.integer()), (texts, place, at, length) => {
        fc.pre(texts.length > 0);
        const bytes = plainText(texts, place.source);
        const chosen = at % texts.length;
        const offset = texts.slice(0, chosen).reduce((sum, text) => sum + 4 + text.byteLength, 0);
        fc.pre(length < 0 || length > bytes.byteLength - offset - 4);
        new DataView(bytes.buffer, bytes.byteOffset).setInt32(offset, length, true);
        const marked = markedTarget(bytes.byteLength, texts.length, place);
        expect(() => copyPlainText(bytes, texts.length, marked.target)).toThrow(damaged);
        const one = plainText(texts, place.source);
        expect(() => copyPlainText(one, texts.length + 1, marked.target)).toThrow(damaged);
        expect(() => copyPlainText(one.subarray(0, -1), texts.length, marked.target)).toThrow(damaged);
      }),
      { seed, numRuns: 300 },
    );
  });

  test("by index gives the entries, and touches nothing around their memory", () => {
    fc.assert(
      fc.property(values, fc.array(fc.nat()), places, fc.nat(5), (entries, picks, place, first) => {
        fc.pre(entries.length > 0);
        const indices = Int32Array.from(picks, (pick) => pick % entries.length);
        const texts = [...indices.subarray(first)].map((index) => entries[index]!);
        const ends = new Int32Array(entries.length);
        let end = 0;
        entries.forEach((entry, i) => {
          end += entry.byteLength;
          ends[i] = end;
        });
        const starts = ends.map((stop, i) => stop - entries[i]!.byteLength);
        const bytes = Uint8Array.from(Buffer.concat([...entries, new Uint8Array(8)]));
        const total = texts.reduce((sum, text) => sum + text.byteLength, 0);
        const marked = markedTarget(total, texts.length, place);
        expectCopied(
          texts,
          marked,
          copyByIndex({ starts, ends, bytes }, indices, first, indices.length, marked.target),
        );
      }),
      { seed, numRuns: 500 },
    );
  });
});
