import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { textsOfObjectArray } from "../../../src/legacy/hdf5/object-array.js";
import { PickledObject, pickleTree } from "../../../src/legacy/hdf5/pickle-tree.js";

const bytes = (text: string) => Buffer.from(text, "latin1");

describe("a pickle", () => {
  test("of plain data in the text protocol is that data", () => {
    const text = "(dp0\nI1\n(lp1\nVa\\u017c\\U0001f600\xe9\np2\naI00\naL-5L\naF0.5\naNas(I2\nS'old'\ntp3\ng2\ns.";
    expect(pickleTree(bytes(text))).toEqual(
      new Map<unknown, unknown>([
        [1n, ["aż😀é", false, -5n, 0.5, null]],
        [[2n, "old"], "aż😀é"],
      ]),
    );
  });

  test("of plain data in the binary protocol is that data", () => {
    const binary =
      "\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00](\x88\x89NK\xffM\x01\x02J\xff\xff\xff\xff\x8a\x02\x00\xffG\x3f\xe0\0\0\0\0\0\0\x8c\x02\xc5\xbc\x94h\x00\x85e.";
    expect(pickleTree(bytes(binary))).toEqual([true, false, null, 255n, 513n, -1n, -256n, 0.5, "ż", ["ż"]]);
  });

  test("that would run a command only says so", () => {
    const tree = pickleTree(bytes("cos\nsystem\n(S'touch /tmp/owned'\ntR."));
    expect(tree).toEqual(new PickledObject("os.system", ["touch /tmp/owned"]));
    const binary = pickleTree(bytes("\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x01x\x85R}b."));
    expect(binary).toMatchObject({ name: "os.system", args: ["x"], state: new Map() });
    expect(textsOfObjectArray(tree)).toBe("it is not an array of NumPy");
  });

  test.each([
    "",
    "N",
    "(lp0\n",
    "Va",
    "X\xff\xff\xff\xffa.",
    "a.",
    "0.",
    "h\x05.",
    "t.",
    "\x82\x01.",
    "P1\n.",
    "S'a\\x00'\n.",
    "(I1\nd.",
  ])("that is cut short or needs more than plain data is refused: %j", (text) => {
    expect(() => pickleTree(bytes(text))).toThrow(/pickle/i);
  });

  test("of any bytes gives data or an error, and soon", () => {
    const opcode = fc.constantFrom(
      ..."().0NIVKXJGpqgh\x85\x86\x87]}aesudltRbc\x8c\x93\x94\x80\x88".split(""),
      "\n",
      "1",
      "\0",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(opcode, opcode, fc.string({ maxLength: 3 }))), (parts) => {
        try {
          pickleTree(bytes(parts.join("")));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
