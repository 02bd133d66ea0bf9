import { afterAll } from "vitest";
import { type CodeEdit, describeNoticed, onlyNodes } from "./code-edits.js";
import { removeProjects } from "./source-project.js";

afterAll(removeProjects);

const edits: readonly CodeEdit[] = [
  { what: "a digit", sources: onlyNodes("const subject = (x) => x + 1;"), from: "+ 1", to: "+ 2" },
  {
    what: "a helper of a helper",
    sources: onlyNodes("const inner = () => 1; function subject() { return inner(); }"),
    from: "1",
    to: "2",
  },
  {
    what: "what a destructured name comes from",
    sources: onlyNodes("const { subject } = { subject: () => 1 };"),
    from: "1",
    to: "2",
  },
  {
    what: "the default of a destructured name",
    sources: onlyNodes("const { limit = 1 } = {}; const subject = () => limit;"),
    from: "1",
    to: "2",
  },
  {
    what: "the key of a destructured name",
    sources: onlyNodes("const bag = { a: 1, b: 2 }; const { a: limit } = bag; const subject = () => limit;"),
    from: "a: limit",
    to: "b: limit",
  },
  {
    what: "an element skipped in an array pattern",
    sources: onlyNodes("const [limit] = [1, 2]; const subject = () => limit;"),
    from: "[limit]",
    to: "[, limit]",
  },
  {
    what: "a name used only in the default of a parameter",
    sources: onlyNodes("const d = 1; const subject = (x, y = d) => y;"),
    from: "d = 1",
    to: "d = 2",
  },
  {
    what: "a name used in a default before the body's var of that name",
    sources: onlyNodes("const d = 1; function subject(x, y = d) { var d = 5; return y + d; }"),
    from: "const d = 1",
    to: "const d = 2",
  },
  {
    what: "a name used in a block where it is shadowed elsewhere",
    sources: onlyNodes("const d = 1; const subject = () => { { const d = 2; d; } return d; };"),
    from: "const d = 1",
    to: "const d = 3",
  },
  {
    what: "a name hidden by a label of that name",
    sources: onlyNodes("const d = 1; const subject = () => { d: for (;;) { break d; } return d; };"),
    from: "const d = 1",
    to: "const d = 2",
  },
  {
    what: "a name that is also a property elsewhere",
    sources: onlyNodes("const d = 1; const subject = (x) => x.d + d;"),
    from: "const d = 1",
    to: "const d = 2",
  },
  {
    what: "a name in a computed property",
    sources: onlyNodes("const key = 'a'; const subject = (x) => x[key];"),
    from: "'a'",
    to: "'b'",
  },
  {
    what: "a name in a computed key of a literal",
    sources: onlyNodes("const key = 'a'; const subject = () => ({ [key]: 1 });"),
    from: "'a'",
    to: "'b'",
  },
  {
    what: "a name in shorthand",
    sources: onlyNodes("const key = 'a'; const subject = () => ({ key });"),
    from: "'a'",
    to: "'b'",
  },
  {
    what: "a name in a template",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
    sources: onlyNodes("const key = 'a'; const subject = () => `${key}`;"),
    from: "'a'",
    to: "'b'",
  },
  {
    what: "a tag's raw text",
    sources: onlyNodes("const tag = (s) => s.raw[0]; const subject = () => tag`\\x41`;"),
    from: "\\x41",
    to: "A",
  },
  {
    what: "a name used by typeof",
    sources: onlyNodes("const key = 'a'; const subject = () => typeof key;"),
    from: "'a'",
    to: "1",
  },
  {
    what: "a name after a function-scoped var in a block",
    sources: onlyNodes("const d = 1; function subject(x) { if (x) { let d = 2; } return d; }"),
    from: "const d = 1",
    to: "const d = 3",
  },
  {
    what: "a name used in a class heritage",
    sources: onlyNodes("const base = () => Object; class Sub extends base() {} const subject = () => new Sub();"),
    from: "=> Object",
    to: "=> Array",
  },
  {
    what: "a static field",
    sources: onlyNodes("class A { static x = 1; } const subject = () => A.x;"),
    from: "x = 1",
    to: "x = 2",
  },
  {
    what: "a static block",
    sources: onlyNodes("class A { static { A.x = 1; } } const subject = () => A.x;"),
    from: "A.x = 1",
    to: "A.x = 2",
  },
  {
    what: "a static block of another class that writes here",
    sources: onlyNodes("class A {} class B { static { A.x = 1; } } const subject = () => A.x;"),
    from: "A.x = 1",
    to: "A.x = 2",
  },
  {
    what: "a method",
    sources: onlyNodes("class A { m() { return 1; } } const subject = () => new A().m();"),
    from: "1",
    to: "2",
  },
  {
    what: "a private method",
    sources: onlyNodes("class A { #m() { return 1; } m() { return this.#m(); } } const subject = () => new A().m();"),
    from: "return 1",
    to: "return 2",
  },
  {
    what: "a getter",
    sources: onlyNodes("const bag = { get x() { return 1; } }; const subject = () => bag.x;"),
    from: "1",
    to: "2",
  },
  {
    what: "a getter made a method",
    sources: onlyNodes("const bag = { get x() { return 1; } }; const subject = () => bag.x;"),
    from: "get x",
    to: "x",
  },
  {
    what: "async",
    sources: onlyNodes("const subject = function () { return 1; };"),
    from: "function",
    to: "async function",
  },
  {
    what: "a generator's star",
    sources: onlyNodes("const subject = function () { return 1; };"),
    from: "function",
    to: "function*",
  },
  {
    what: "the flags of a pattern",
    sources: onlyNodes("const subject = (x) => /a/.test(x);"),
    from: "/a/",
    to: "/a/i",
  },
  { what: "an integer made big", sources: onlyNodes("const subject = () => 1;"), from: "=> 1", to: "=> 1n" },
  { what: "a text made a number", sources: onlyNodes("const subject = () => '1';"), from: "'1'", to: "1" },
  {
    what: "a directive",
    sources: onlyNodes("function subject() { 'use strict'; return this; }"),
    from: "'use strict'",
    to: "'use nothing'",
  },
  { what: "optional chaining", sources: onlyNodes("const subject = (x) => x.y.z;"), from: "x.y.z", to: "x?.y.z" },
  {
    what: "where an optional chain ends",
    sources: onlyNodes("const subject = (x) => x?.y.z;"),
    from: "x?.y.z",
    to: "(x?.y).z",
  },
  {
    what: "parentheses that change the order",
    sources: onlyNodes("const subject = (x) => 2 * x + 1;"),
    from: "2 * x + 1",
    to: "2 * (x + 1)",
  },
  {
    what: "let made var in a loop",
    sources: onlyNodes("const subject = () => { for (let i = 0; i < 2; i++) { } };"),
    from: "let i",
    to: "var i",
  },
  { what: "a hole in an array", sources: onlyNodes("const subject = () => [1];"), from: "[1]", to: "[1,,]" },
  { what: "prefix made postfix", sources: onlyNodes("const subject = (x) => ++x;"), from: "++x", to: "x++" },
  {
    what: "await in a loop",
    sources: onlyNodes("const subject = async (x) => { for (const y of x) { } };"),
    from: "for (",
    to: "for await (",
  },
];

describeNoticed("a change of a declaration that is reached is noticed:", edits);
