import { type FuncNode, func, Pipeline } from "@larder/pipeline";
import fc from "fast-check";

const nasty = [
  '"',
  "'",
  "\\",
  "\\N",
  '\\"',
  "&",
  "&amp;",
  "<b>",
  "</svg>",
  "<script>alert(1)</script>",
  "%%",
  "%%{init: {}}%%",
  "`",
  "`*a*`",
  "#quot;",
  "#35;",
  ";",
  "|",
  "[",
  "]",
  "{",
  "}",
  "(",
  ")",
  "-->",
  "end",
  "subgraph",
  "style a:b#c;",
  "1. one",
  "- one",
  "_a_",
  "**a**",
  "\n",
  "\t",
  "\0",
  "\u2028",
  "\ud800",
  "🦊",
  "é",
  "名",
  ":::",
  "@{shape: rect}",
  'href "javascript:alert(1)"',
  "\\l",
  "\\",
  "classDef x",
  "$$x$$",
  "  ",
  "constructor",
  "toString",
];

/** Names that mean something in one of the formats, alone and put together. */
export const hostileName = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...nasty) },
      { weight: 1, arbitrary: fc.string({ maxLength: 6, unit: "grapheme" }) },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join(""))
  .filter((name) => name !== "" && name !== "__proto__");

/** Different names for an inner pipeline, two nodes in it, one beside it, and an input. */
export const hostileNames = fc.uniqueArray(hostileName, { minLength: 5, maxLength: 5 });

const node = (name: string, inputs: readonly string[], output: string): FuncNode =>
  func({ name, inputs, output }, () => 1);

export function hostilePipeline([inner, first, second, outside, input]: readonly string[]): Pipeline {
  const within = new Pipeline([node(first!, [input!], "§made"), node(second!, ["§made"], "§last")], { name: inner! });
  return new Pipeline([within.asNode({ output: "§last" }), node(outside!, ["§last"], "§end")], { name: outside! });
}

/** A text as every format shows it. */
export function shown(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\u2028\u2029]/gu, "�");
}
