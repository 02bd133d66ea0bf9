import { describe, expect, it } from "vitest";
import { dialectOf, type Extraction, extractSource, importKinds, symbolKinds } from "../../src/extraction/index.js";

function extract(text: string, path = "a.ts"): Extraction {
  return extractSource({ bytes: Buffer.from(text), ...dialectOf(path) });
}

/** Symbols as `kind name complexity`, with a star for what is exported. */
function symbolsIn(text: string, path?: string): string[] {
  const { symbols } = extract(text, path);
  return symbols.name.map((name, at) => {
    const complexity = symbols.complexity[at]! > 0 ? ` ${symbols.complexity[at]}` : "";
    return `${symbolKinds[symbols.kind[at]!]} ${name}${complexity}${symbols.exported[at] === 1 ? " *" : ""}`;
  });
}

function importsIn(text: string, path?: string): string[] {
  const { imports } = extract(text, path);
  return imports.specifier.map((specifier, at) => `${importKinds[imports.kind[at]!]} ${specifier} ${imports.line[at]}`);
}

describe("symbols", () => {
  it("are what a module declares at its top, and functions, classes and members with a name anywhere", () => {
    expect(
      symbolsIn(`
export const limit = 1;
let { a, b: [c], ...rest } = limit, plain;
export default function () {}
export class Reader extends Base {
  #next = () => 1;
  count = 0;
  constructor() { super(); }
  get size() { return 1; }
  set size(value) {}
  read() { const local = 1; return function inner() {}; }
}
interface Shape { draw(): void }
type Text = string;
enum Colour { Red }
namespace Deep.Down { export const z = 1; export function q() {} }
const settings = { load() {}, "save-all": () => {}, get g() { return 1; } };
exports.parse = function () {};
declare function over(a: string): void;
abstract class Part { abstract draw(): void }
`),
    ).toEqual([
      "constant limit *",
      "variable a",
      "variable c",
      "variable rest",
      "variable plain",
      "function default 1 *",
      "class Reader *",
      "method Reader.#next 1",
      "constructor Reader.constructor 1",
      "getter Reader.size 1",
      "setter Reader.size 1",
      "method Reader.read 1",
      "function Reader.read.inner 1",
      "interface Shape",
      "type Text",
      "enum Colour",
      "namespace Deep.Down",
      "constant Deep.Down.z",
      "function Deep.Down.q 1",
      "constant settings",
      "method settings.load 1",
      "method settings.save-all 1",
      "getter settings.g 1",
      "function exports.parse 1",
      "function over 1",
      "class Part",
      "method Part.draw 1",
    ]);
  });

  it("are exported by their local name, wherever the export stands", () => {
    expect(symbolsIn("const a = 1; function b() {} const c = 2; export { a, b as d };")).toEqual([
      "constant a *",
      "function b 1 *",
      "constant c",
    ]);
    expect(extract("const a = 1; export { a as b }; export * from 'x'; export default a;").exports).toEqual([
      "b",
      "*",
      "default",
    ]);
  });

  it("say where they stand and how many lines they cover", () => {
    const { symbols, lines } = extract("const a = 1;\n\nfunction b() {\n  return 1;\n}\n");
    expect([...symbols.line]).toEqual([1, 3]);
    expect([...symbols.lines]).toEqual([1, 3]);
    expect(lines).toBe(5);
  });

  it("hold no half pairs of surrogates, which no table can hold", () => {
    const { symbols, imports } = extract('const o = { "\\ud800"() {} }; import "\\udc00";');
    for (const text of [...symbols.name, ...imports.specifier]) expect(text.isWellFormed()).toBe(true);
    expect(symbols.name).toEqual(["o", "o.\ufffd"]);
  });
});

describe("complexity", () => {
  it.each([
    ["nothing", "return a;", 1],
    ["if and else if", "if (a) {} else if (b) {} else {}", 3],
    ["conditional", "return a ? b : c;", 2],
    ["loops", "for (;;) {} for (x in a) {} for (x of a) {} while (a) {} do {} while (a);", 6],
    ["each case but default", "switch (a) { case 1: case 2: break; default: }", 3],
    ["catch, not finally", "try {} catch {} finally {}", 2],
    ["short circuits", "return (a && b) || (c ?? d);", 4],
    ["short circuits that assign", "a &&= b; a ||= b; a ??= b; a += b;", 4],
    ["not chains", "return a?.b?.();", 1],
    ["nameless functions within", "return a.map((b) => b ? 1 : 2);", 2],
    ["but not those with a name", "const g = () => (a ? 1 : 2); return g;", 1],
  ])("counts %s", (_what, body, expected) => {
    const { symbols } = extract(`function f(a, b, c, d, x) { ${body} }`);
    expect(symbols.name[0]).toBe("f");
    expect(symbols.complexity[0]).toBe(expected);
  });

  it("of a file is that of all its code", () => {
    expect(extract("if (a) {} function f() { return a ? 1 : 2; } (() => a && b)();").complexity).toBe(4);
  });
});

describe("imports", () => {
  it("are told apart by how they are asked for", () => {
    expect(
      importsIn(`import type { A } from "a";
import B, { type C } from "./b.js";
import { type D } from "d";
export * from "e"; export { x as y } from "f";
export type { Q } from "q";
import type from "typeless"; import "side"; import type {} from "empty";
import fs = require("fs"); const r = require("r"); require(name); other.require("no");
import("dynamic"); import(\`template\`); import(name);
`),
    ).toEqual([
      "type a 1",
      "import ./b.js 2",
      "type d 3",
      "reexport e 4",
      "reexport f 4",
      "type q 5",
      "import typeless 6",
      "import side 6",
      "type empty 6",
      "require fs 7",
      "require r 7",
      "dynamic dynamic 8",
      "dynamic template 8",
    ]);
  });
});

describe("what can't be parsed", () => {
  it("has an error that says where, and what was understood of the rest", () => {
    const { error, bytes, symbols } = extract("const a = 1;\nexport const = 1;\n");
    expect(error).toMatch(/\(line 2\)$/);
    expect(bytes).toBe(31);
    expect(symbols.name.length).toBeLessThanOrEqual(1);
  });

  it("is no exception: not bytes that are no text, not nothing at all, not what is too large", () => {
    expect(extractSource({ bytes: Uint8Array.from([0xff, 0xfe, 0, 1]), ...dialectOf("a.js") }).error).not.toBeNull();
    expect(extract("")).toMatchObject({ bytes: 0, lines: 0, complexity: 1, error: null });
    const large = extractSource({ bytes: new Uint8Array(33 * 2 ** 20), ...dialectOf("a.js") });
    expect(large).toMatchObject({ bytes: 33 * 2 ** 20, error: "larger than 32 MiB" });
  });

  it("goes deeper than recursion could", () => {
    const { error, complexity } = extract(`x = ${"a ? b : ".repeat(8000)}c;`, "a.js");
    expect(error).toBeNull();
    expect(complexity).toBe(8001);
  });
});

describe("what a file is read as", () => {
  it.each([
    ["a.ts", "ts", "unambiguous"],
    ["a.mts", "ts", "module"],
    ["a.cts", "ts", "commonjs"],
    ["a.tsx", "tsx", "unambiguous"],
    ["a.d.ts", "dts", "unambiguous"],
    ["a.d.mts", "dts", "module"],
    ["a.d.css.ts", "dts", "unambiguous"],
    ["a.js", "js", "unambiguous"],
    ["a.jsx", "js", "unambiguous"],
    ["a.cjs", "js", "commonjs"],
  ])("%s: %s, %s", (path, language, sourceType) => {
    expect(dialectOf(path)).toEqual({ language, sourceType });
  });

  it("decides what a text means", () => {
    expect(extract("const a = <T>b;", "a.ts").error).toBeNull();
    expect(extract("const a = <T>b;", "a.tsx").error).not.toBeNull();
    expect(extract("const a = <b/>;", "a.js").error).toBeNull();
  });
});
