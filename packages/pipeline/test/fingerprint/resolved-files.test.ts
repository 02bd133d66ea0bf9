import { afterAll } from "vitest";
import { type CodeEdit, describeNoticed, nodeFile } from "./code-edits.js";
import { removeProjects } from "./source-project.js";

afterAll(removeProjects);

const edits: readonly CodeEdit[] = [
  {
    what: "a module loaded by import() of a text",
    sources: { "nodes.mjs": nodeFile("", 'import("./late.mjs")'), "late.mjs": "export const a = 1;" },
    file: "late.mjs",
    from: "1",
    to: "2",
  },
  {
    what: "a module loaded by import() of what import.meta.resolve gives for a text",
    sources: {
      "nodes.mjs": nodeFile('const late = () => import(import.meta.resolve("./late.mjs"));', "late()"),
      "late.mjs": "export const a = 1;",
    },
    file: "late.mjs",
    from: "1",
    to: "2",
  },
  {
    what: "a module loaded as another instance, by a query behind its resolved name",
    sources: {
      "nodes.mjs": nodeFile(
        `const late = (x) => import(\`\${import.meta.resolve('./late.mjs')}?instance=\${x}\`);`,
        "late(x)",
      ),
      "late.mjs": "export const a = 1;",
    },
    file: "late.mjs",
    from: "1",
    to: "2",
  },
  {
    what: "a module loaded by require",
    sources: {
      "nodes.mjs": nodeFile(
        'import { createRequire } from "node:module"; const load = createRequire(import.meta.url);',
        'load("./late.cjs")',
      ),
      "late.cjs": 'module.exports = require("./later.cjs");',
      "later.cjs": "exports.a = 1;",
    },
    file: "later.cjs",
    from: "1",
    to: "2",
  },
  {
    what: "a CommonJS module imported",
    sources: { "nodes.mjs": nodeFile('import late from "./late.cjs";', "late.a"), "late.cjs": "exports.a = 1;" },
    file: "late.cjs",
    from: "1",
    to: "2",
  },
  {
    what: "a worker's file",
    sources: {
      "nodes.mjs": nodeFile('const url = new URL("./worker.mjs", import.meta.url);', "new Worker(url)"),
      "worker.mjs": "postMessage(1);",
    },
    file: "worker.mjs",
    from: "1",
    to: "2",
  },
  {
    what: "the bytes of a binary module",
    sources: { "nodes.mjs": nodeFile('import * as wasm from "./code.wasm";', "wasm.run"), "code.wasm": "one" },
    file: "code.wasm",
    from: "one",
    to: "two",
  },
  {
    what: "a TypeScript file imported under its JavaScript name",
    sources: { "nodes.ts": nodeFile('import { a } from "./a.js";', "a"), "a.ts": "export const a: number = 1;" },
    file: "a.ts",
    from: "1",
    to: "2",
  },
  {
    what: "either of two files of which loaders take different ones",
    sources: {
      "nodes.ts": nodeFile('import { a } from "./a.js";', "a"),
      "a.ts": "export const a: number = 1;",
      "a.js": "export const a = 1;",
    },
    file: "a.ts",
    from: "1",
    to: "2",
  },
  {
    what: "a file behind a path of the tsconfig",
    sources: {
      "nodes.ts": nodeFile('import { a } from "@app/a";', "a"),
      "src/a.ts": "export const a: number = 1;",
      "tsconfig.json": '{ "compilerOptions": { "baseUrl": ".", "paths": { "@app/*": ["src/*"] } } }',
    },
    file: "src/a.ts",
    from: "1",
    to: "2",
  },
  {
    what: "a file behind the package's own imports",
    sources: {
      "nodes.mjs": nodeFile('import { a } from "#a";', "a"),
      "a.mjs": "export const a = 1;",
      "package.json": '{ "name": "fixture", "type": "module", "imports": { "#a": "./a.mjs" } }',
    },
    file: "a.mjs",
    from: "1",
    to: "2",
  },
];

describeNoticed("a change is noticed in", edits);
