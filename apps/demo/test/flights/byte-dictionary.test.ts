import { expect, it } from "vitest";
import { createByteDictionary } from "../../src/flights/byte-dictionary.js";

it("numbers texts in the order they first appear, also when there are thousands of them", () => {
  const dictionary = createByteDictionary();
  const encoder = new TextEncoder();
  const numbers = new Map<string, number>();
  // A multiplicative walk visits every text several times in a mixed order.
  for (let at = 0, index = 1; at < 50_000; at++, index = (index * 48_271) % 12_007) {
    const text = `é${index}`;
    if (!numbers.has(text)) numbers.set(text, numbers.size);
    const bytes = encoder.encode(`<${text}>`);
    expect(dictionary.indexOf(bytes, 1, bytes.length - 1)).toBe(numbers.get(text));
  }
  expect(numbers.size).toBeGreaterThan(4000);
  expect(dictionary.names()).toEqual([...numbers.keys()]);
});

it("keeps the empty text apart from others", () => {
  const dictionary = createByteDictionary();
  const bytes = new Uint8Array([0, 0]);
  expect([dictionary.indexOf(bytes, 0, 0), dictionary.indexOf(bytes, 0, 1), dictionary.indexOf(bytes, 0, 2)]).toEqual([
    0, 1, 2,
  ]);
  expect(dictionary.indexOf(bytes, 1, 1)).toBe(0);
});
