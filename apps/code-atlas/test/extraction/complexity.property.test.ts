import * as fc from "fast-check";
import { expect, it } from "vitest";
import { extractSource } from "../../src/extraction/index.js";

/** A text, and how many decisions are in it outside of functions that have a name. */
interface Piece {
  readonly text: string;
  readonly decisions: number;
}

const { statement } = fc.letrec<{ statement: Piece; expression: Piece }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4 },
    fc.constant({ text: "x", decisions: 0 }),
    fc.tuple(fc.constantFrom("&&", "||", "+", "==="), tie("expression"), tie("expression")).map(([sign, a, b]) => ({
      text: `(${a.text} ${sign} ${b.text})`,
      decisions: a.decisions + b.decisions + (sign === "&&" || sign === "||" ? 1 : 0),
    })),
    fc.tuple(tie("expression"), tie("expression"), tie("expression")).map(([a, b, c]) => ({
      text: `(${a.text} ? ${b.text} : ${c.text})`,
      decisions: a.decisions + b.decisions + c.decisions + 1,
    })),
    tie("expression").map(({ text, decisions }) => ({ text: `x.map((y) => ${text})`, decisions })),
  ),
  statement: fc.oneof(
    { maxDepth: 4 },
    tie("expression").map(({ text, decisions }) => ({ text: `${text};`, decisions })),
    fc.tuple(fc.constantFrom("if", "while"), tie("expression"), tie("statement")).map(([word, a, b]) => ({
      text: `${word} (${a.text}) { ${b.text} }`,
      decisions: a.decisions + b.decisions + 1,
    })),
    fc.array(tie("statement"), { maxLength: 4 }).map((bodies) => ({
      text: `switch (x) { ${bodies.map(({ text }, at) => `case ${at}: ${text}`).join(" ")} default: x; }`,
      decisions: bodies.reduce((sum, { decisions }) => sum + decisions, bodies.length),
    })),
    fc.tuple(tie("statement"), tie("statement")).map(([a, b]) => ({
      text: `try { ${a.text} } catch { ${b.text} }`,
      decisions: a.decisions + b.decisions + 1,
    })),
  ),
}));

it("of a function is one and its decisions, whatever is nested in what", () => {
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 5 }), (statements) => {
      const text = statements.map((each, at) => `function f${at}(x) { ${each.text} }`).join("\n");
      const { symbols, complexity, error } = extractSource({
        bytes: Buffer.from(text),
        language: "ts",
        sourceType: "module",
      });
      expect(error).toBeNull();
      expect([...symbols.complexity]).toEqual(statements.map(({ decisions }) => 1 + decisions));
      expect(complexity).toBe(statements.reduce((sum, { decisions }) => sum + decisions, 1));
    }),
    { numRuns: 300 },
  );
});
