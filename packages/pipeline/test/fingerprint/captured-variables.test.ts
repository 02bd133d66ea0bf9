import { afterAll, describe, expect, test } from "vitest";
import { fingerprintOf, removeProjects } from "./source-project.js";

afterAll(removeProjects);

const head = 'import { func } from "larder-func";\n';

const captured: Readonly<Record<string, { text: string; variables: readonly string[] }>> = {
  "a parameter of the function around": {
    text: "const make = (n) => func({}, (x) => x + n);",
    variables: ["n"],
  },
  "a const of the function around": {
    text: "function make() { const n = 1; return func({}, (x) => x + n); }",
    variables: ["n"],
  },
  "a function declared after it in the function around": {
    text: "function make() { return func({}, (x) => clean(x)); function clean(x) { return x; } }",
    variables: ["clean"],
  },
  "a class of the function around": {
    text: "function make() { class Meter {} return func({}, () => new Meter()); }",
    variables: ["Meter"],
  },
  "a let of a block at module level": {
    text: "{ let n = 1; func({}, (x) => x + n); }",
    variables: ["n"],
  },
  "the variable of a loop at module level": {
    text: "for (const n of [1, 2]) func({}, (x) => x + n);",
    variables: ["n"],
  },
  "the error of a catch": {
    text: "try { null.x; } catch (n) { func({}, (x) => x + n); }",
    variables: ["n"],
  },
  "a var hoisted out of a block of the function around": {
    text: "function make() { if (1) { var n = 1; } return func({}, (x) => x + n); }",
    variables: ["n"],
  },
  "a destructured parameter with a default": {
    text: "const make = ({ a: { n = 1 } = {} }) => func({}, (x) => x + n);",
    variables: ["n"],
  },
  "this of a method": {
    text: "class A { n = 1; make() { return func({}, (x) => x + this.n); } }",
    variables: ["this"],
  },
  "super of a method": {
    text: "class A extends Object { make() { return func({}, (x) => super.toString(x)); } }",
    variables: ["super"],
  },
  "arguments of the function around": {
    text: "function make() { return func({}, (x) => x + arguments[0]); }",
    variables: ["arguments"],
  },
  "new.target of the function around": {
    text: "function Make() { return func({}, () => new.target); }",
    variables: ["new.target"],
  },
  "the name of the function around": {
    text: "const m = function make() { return func({}, () => make); };",
    variables: ["make"],
  },
  "a name used only in a default of the function's parameter": {
    text: "const make = (n) => func({}, (x, y = n) => x + y);",
    variables: ["n"],
  },
  "a name used only deep inside": {
    text: "const make = (n) => func({}, (x) => x.map((y) => { const f = () => { if (y) { return n; } }; return f(); }));",
    variables: ["n"],
  },
  "a function handed in": {
    text: "const node = (options, fn) => func({}, fn);",
    variables: ["fn"],
  },
  "a variable of the expression that makes the function": {
    text: "const make = (n) => func({}, adder(n)); const adder = (n) => (x) => x + n;",
    variables: ["n"],
  },
  "two variables": {
    text: "const make = (b, a) => func({}, (x) => x + a + b);",
    variables: ["a", "b"],
  },
};

describe("a function is not cached when it uses", () => {
  for (const [what, { text, variables }] of Object.entries(captured)) {
    test(what, async () => {
      const outcome = await fingerprintOf({ "nodes.mjs": head + text });
      expect(outcome).toMatchObject({ readable: false, code: "captured-variable", variables });
    });

    test(`${what}, unless that is listed`, async () => {
      const outcome = await fingerprintOf({ "nodes.mjs": head + text }, { captures: variables });
      expect(outcome).toMatchObject({ readable: true });
    });
  }

  test("two variables of which one is listed", async () => {
    const outcome = await fingerprintOf(
      { "nodes.mjs": `${head}const make = (b, a) => func({}, (x) => x + a + b);` },
      { captures: ["a"] },
    );
    expect(outcome).toMatchObject({ readable: false, code: "captured-variable", variables: ["b"] });
  });
});

describe("a function is cached when it uses only", () => {
  const free: Readonly<Record<string, string>> = {
    "its own variables": "const make = () => func({}, (x) => { const n = 1; return [x].map((y) => y + n); });",
    "names of the module": "const n = 1; const make = () => func({}, (x) => x + n);",
    "a name of the module that a neighbouring scope shadows":
      "const n = 1; { const n = 2; n; } func({}, (x) => x + n);",
    "its own this": "const make = () => func({}, function (x) { return this; });",
    "its own name": "const make = () => func({}, function again(x) { return x ? again(x - 1) : 0; });",
    globals: "const make = () => func({}, (x) => Math.max(x, globalThis.limit));",
    "a call that makes it from values of the module": "const adder = (n) => (x) => x + n; func({}, adder(5));",
    "properties named like captured variables": "const make = (n) => func({}, (x) => x.n + { n: 1 }.n);",
    "labels named like captured variables": "const make = (n) => func({}, (x) => { n: for (;;) { break n; } });",
  };
  for (const [what, text] of Object.entries(free)) {
    test(what, async () => {
      expect(await fingerprintOf({ "nodes.mjs": head + text })).toMatchObject({ readable: true });
    });
  }
});

test("a type named like a captured variable is not one", async () => {
  const text = `${head}function make<T>(n: T) { type U = T; return func({}, (x: U): T => x as unknown as T); }`;
  expect(await fingerprintOf({ "nodes.ts": text }, { file: "nodes.ts" })).not.toMatchObject({
    code: "captured-variable",
  });
});
