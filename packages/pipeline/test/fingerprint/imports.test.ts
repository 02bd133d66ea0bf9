import { afterAll } from "vitest";
import { type CodeEdit, describeNoticed, nodeFile } from "./code-edits.js";
import { removeProjects } from "./source-project.js";

afterAll(removeProjects);

const edits: readonly CodeEdit[] = [
  {
    what: "a namespace handed on",
    sources: {
      "nodes.mjs": nodeFile('import * as all from "./all.mjs";', "x(all)"),
      "all.mjs": "export const a = 1; export const b = 10;",
    },
    file: "all.mjs",
    from: "10",
    to: "20",
  },
  {
    what: "a namespace read by a computed name",
    sources: {
      "nodes.mjs": nodeFile('import * as all from "./all.mjs";', "all[x]"),
      "all.mjs": "export const a = 1; export const b = 10;",
    },
    file: "all.mjs",
    from: "10",
    to: "20",
  },
  {
    what: "a namespace re-exported as a name",
    sources: {
      "nodes.mjs": nodeFile('import { all } from "./barrel.mjs";', "all.a"),
      "barrel.mjs": 'export * as all from "./all.mjs";',
      "all.mjs": "export const a = 1;",
    },
    file: "all.mjs",
    from: "1",
    to: "2",
  },
  {
    what: "an import that is exported again",
    sources: {
      "nodes.mjs": nodeFile('import { b } from "./barrel.mjs";', "b"),
      "barrel.mjs": 'import { a } from "./all.mjs"; export { a as b };',
      "all.mjs": "export const a = 1;",
    },
    file: "all.mjs",
    from: "1",
    to: "2",
  },
  {
    what: "a default exported expression",
    sources: {
      "nodes.mjs": nodeFile('import a from "./a.mjs";', "a"),
      "a.mjs": "const one = 1; export default [one];",
    },
    file: "a.mjs",
    from: "1",
    to: "2",
  },
  {
    what: "a default re-exported under a name",
    sources: {
      "nodes.mjs": nodeFile('import { a } from "./barrel.mjs";', "a"),
      "barrel.mjs": 'export { default as a } from "./a.mjs";',
      "a.mjs": "export default class { static x = 1; }",
    },
    file: "a.mjs",
    from: "1",
    to: "2",
  },
  {
    what: "a name two barrels of stars away, through a circle",
    sources: {
      "nodes.mjs": nodeFile('import { a } from "./one.mjs";', "a"),
      "one.mjs": 'export * from "./two.mjs"; export const b = 2;',
      "two.mjs": 'export * from "./one.mjs"; export * from "./a.mjs";',
      "a.mjs": "export const a = 1;",
    },
    file: "a.mjs",
    from: "1",
    to: "2",
  },
  {
    what: "a side-effect import of a barrel",
    sources: {
      "nodes.mjs": nodeFile('import { a } from "./barrel.mjs";', "a"),
      "barrel.mjs": 'import "./setup.mjs"; export { a } from "./a.mjs";',
      "setup.mjs": "globalThis.b = 1;",
      "a.mjs": "export const a = 1;",
    },
    file: "setup.mjs",
    from: "1",
    to: "2",
  },
  {
    what: "a side-effect import that seems to do nothing",
    sources: {
      "nodes.mjs": nodeFile('import "./setup.mjs"; const subject = () => 1;'),
      "setup.mjs": 'import { start } from "days"; const day = start({ mode: 1 });',
      "node_modules/days/package.json": '{ "name": "days", "version": "1.0.0", "exports": "./index.js" }',
      "node_modules/days/index.js": "",
    },
    file: "setup.mjs",
    from: "mode: 1",
    to: "mode: 2",
  },
  {
    what: "two modules that import each other",
    sources: {
      "nodes.mjs": nodeFile('import { even } from "./even.mjs";', "even(x)"),
      "even.mjs": 'import { odd } from "./odd.mjs"; export const even = (n) => n === 0 || odd(n - 1);',
      "odd.mjs": 'import { even } from "./even.mjs"; export const odd = (n) => n !== 0 && even(n - 1);',
    },
    file: "odd.mjs",
    from: "n !== 0",
    to: "n > 0",
  },
];

describeNoticed("a change is noticed in", edits);
