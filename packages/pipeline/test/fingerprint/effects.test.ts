import { afterAll } from "vitest";
import { type CodeEdit, describeNoticed, onlyNodes } from "./code-edits.js";
import { removeProjects } from "./source-project.js";

afterAll(removeProjects);

const edits: readonly CodeEdit[] = [
  {
    what: "a let assigned later",
    sources: onlyNodes("let limit = 1; limit = 2; const subject = () => limit;"),
    from: "limit = 2",
    to: "limit = 3",
  },
  {
    what: "a let assigned in a block",
    sources: onlyNodes("let limit = 1; if (process.env.X) { limit = 2; } const subject = () => limit;"),
    from: "limit = 2",
    to: "limit = 3",
  },
  {
    what: "the condition of an assignment",
    sources: onlyNodes("let limit = 1; if (process.env.X) { limit = 2; } const subject = () => limit;"),
    from: "env.X",
    to: "env.Y",
  },
  {
    what: "a let assigned by destructuring",
    sources: onlyNodes("let limit = 1; [limit] = [2]; const subject = () => limit;"),
    from: "[2]",
    to: "[3]",
  },
  {
    what: "a let assigned by object destructuring with a default",
    sources: onlyNodes("let limit; ({ limit = 2 } = {}); const subject = () => limit;"),
    from: "limit = 2",
    to: "limit = 3",
  },
  {
    what: "a let assigned by a loop",
    sources: onlyNodes("let limit; for (limit of [1, 2]) { } const subject = () => limit;"),
    from: "[1, 2]",
    to: "[1, 3]",
  },
  {
    what: "a let assigned in a function",
    sources: onlyNodes("let limit = 1; function set() { limit = 2; } set(); const subject = () => limit;"),
    from: "limit = 2",
    to: "limit = 3",
  },
  {
    what: "the call of a function that assigns",
    sources: onlyNodes("let limit = 1; function set(n) { limit = n; } set(5); const subject = () => limit;"),
    from: "set(5)",
    to: "set(6)",
  },
  {
    what: "the call of a function that calls one that assigns",
    sources: onlyNodes(
      "let limit = 1; const set = (n) => { limit = n; }; const outer = (n) => set(n); outer(5); const subject = () => limit;",
    ),
    from: "outer(5)",
    to: "outer(6)",
  },
  {
    what: "a var assigned in a block",
    sources: onlyNodes("{ var limit = 1; } const subject = () => limit;"),
    from: "1",
    to: "2",
  },
  {
    what: "a second var of the name",
    sources: onlyNodes("var limit = 1; var limit = 2; const subject = () => limit;"),
    from: "= 2",
    to: "= 3",
  },
  {
    what: "a property assigned",
    sources: onlyNodes("const config = {}; config.limit = 5; const subject = () => config.limit;"),
    from: "= 5",
    to: "= 6",
  },
  {
    what: "a property assigned deep down",
    sources: onlyNodes("const config = { a: {} }; config.a.limit = 5; const subject = () => config.a;"),
    from: "= 5",
    to: "= 6",
  },
  {
    what: "a property deleted",
    sources: onlyNodes("const config = { a: 1, b: 2 }; delete config.a; const subject = () => config.a;"),
    from: "delete config.a",
    to: "delete config.b",
  },
  {
    what: "Object.assign",
    sources: onlyNodes("const config = {}; Object.assign(config, { limit: 5 }); const subject = () => config;"),
    from: "5",
    to: "6",
  },
  {
    what: "a method called for what it does",
    sources: onlyNodes("const list = []; list.push(5); const subject = () => list;"),
    from: "5",
    to: "6",
  },
  {
    what: "a map filled",
    sources: onlyNodes("const map = new Map(); map.set('a', 5); const subject = () => map;"),
    from: "5",
    to: "6",
  },
  {
    what: "a name handed to a call",
    sources: onlyNodes(
      "const config = {}; const fill = (c) => { c.limit = 5; }; fill(config); const subject = () => config;",
    ),
    from: "5",
    to: "6",
  },
  {
    what: "a name spread into a call",
    sources: onlyNodes(
      "const list = [{}]; const fill = (c) => { c.limit = 5; }; fill(...list); const subject = () => list;",
    ),
    from: "5",
    to: "6",
  },
  {
    what: "a change through another name",
    sources: onlyNodes("const config = {}; const alias = config; alias.limit = 5; const subject = () => config;"),
    from: "5",
    to: "6",
  },
  {
    what: "a change through a part",
    sources: onlyNodes(
      "const config = { inner: {} }; const inner = config.inner; inner.limit = 5; const subject = () => config;",
    ),
    from: "5",
    to: "6",
  },
  {
    what: "a change through a destructured part",
    sources: onlyNodes(
      "const config = { inner: {} }; const { inner } = config; inner.limit = 5; const subject = () => config;",
    ),
    from: "5",
    to: "6",
  },
  {
    what: "a change through a list",
    sources: onlyNodes("const config = {}; const all = [config]; all[0].limit = 5; const subject = () => config;"),
    from: "5",
    to: "6",
  },
  {
    what: "a change through a getter function",
    sources: onlyNodes("const config = {}; const get = () => config; get().limit = 5; const subject = () => config;"),
    from: "5",
    to: "6",
  },
  {
    what: "a change by a closure made at module level",
    sources: onlyNodes(
      "const config = {}; const make = (c) => (n) => { c.limit = n; }; const set = make(config); set(5); const subject = () => config;",
    ),
    from: "5",
    to: "6",
  },
  {
    what: "a change by an object that holds it",
    sources: onlyNodes(
      "const config = {}; class Box { constructor(c) { this.c = c; } set(n) { this.c.limit = n; } } const box = new Box(config); box.set(5); const subject = () => config;",
    ),
    from: "5",
    to: "6",
  },
  {
    what: "a change by a method of another literal",
    sources: onlyNodes(
      "const config = {}; const api = { set(n) { config.limit = n; } }; api.set(5); const subject = () => config;",
    ),
    from: "5",
    to: "6",
  },
  {
    what: "a property put on a function",
    sources: onlyNodes("function inner() {} inner.limit = 5; const subject = () => inner.limit;"),
    from: "5",
    to: "6",
  },
  {
    what: "a prototype",
    sources: onlyNodes("function Inner() {} Inner.prototype.m = () => 5; const subject = () => new Inner().m();"),
    from: "5",
    to: "6",
  },
  {
    what: "a prototype of the language",
    sources: onlyNodes("Array.prototype.m = () => 5; const subject = () => [].m();"),
    from: "5",
    to: "6",
  },
  {
    what: "a prototype of the language, defined",
    sources: onlyNodes("Object.defineProperty(Array.prototype, 'm', { value: 5 }); const subject = () => [].m;"),
    from: "5",
    to: "6",
  },
  { what: "a global", sources: onlyNodes("globalThis.limit = 5; const subject = () => limit;"), from: "5", to: "6" },
  {
    what: "an environment variable set",
    sources: onlyNodes("process.env.LIMIT = '5'; const subject = () => process.env.LIMIT;"),
    from: "5",
    to: "6",
  },
  {
    what: "a global set by a function that is called",
    sources: onlyNodes("const set = () => { globalThis.limit = 5; }; set(); const subject = () => globalThis.limit;"),
    from: "5",
    to: "6",
  },
  {
    what: "the order of two statements",
    sources: onlyNodes("let limit = 1; limit = 2; limit = 3; const subject = () => limit;"),
    from: "limit = 2; limit = 3",
    to: "limit = 3; limit = 2",
  },
  {
    what: "the order of a read and a write",
    sources: onlyNodes("let limit = 1; limit = 2; const copy = limit; const subject = () => copy;"),
    from: "limit = 2; const copy = limit;",
    to: "const copy = limit; limit = 2;",
  },
  {
    what: "a reduction at module level",
    sources: onlyNodes("const total = [1, 2].reduce((a, b) => a + b); const subject = () => total;"),
    from: "a + b",
    to: "a * b",
  },
];

describeNoticed("a statement at module level that changes what is reached counts:", edits);
