import { afterAll } from "vitest";
import { type CodeEdit, describeAlike, nodeFile, onlyNodes } from "./code-edits.js";
import { removeProjects } from "./source-project.js";

afterAll(removeProjects);

const edits: readonly CodeEdit[] = [
  { what: "a comment", sources: onlyNodes("const subject = () => 1;"), from: "=> 1", to: "=> /* one */ 1 // yes" },
  { what: "quotes", sources: onlyNodes("const subject = () => 'a';"), from: "'a'", to: '"a"' },
  { what: "quotes of keys", sources: onlyNodes("const subject = () => ({ a: 1 });"), from: "a: 1", to: '"a": 1' },
  { what: "semicolons and blank lines", sources: onlyNodes("const subject = () => 1;"), from: "1;", to: "1\n;\n;\n" },
  {
    what: "parentheses that change nothing",
    sources: onlyNodes("const subject = (x) => x + 1;"),
    from: "x + 1",
    to: "(x + (1))",
  },
  { what: "the form of a number", sources: onlyNodes("const subject = () => 16;"), from: "16", to: "0x10" },
  { what: "a trailing comma", sources: onlyNodes("const subject = () => [1, 2];"), from: "2]", to: "2,]" },
  {
    what: "an unrelated neighbour",
    sources: onlyNodes("const subject = () => 1; const other = () => 2;"),
    from: "2",
    to: "3",
  },
  {
    what: "a new neighbour before",
    sources: onlyNodes("const subject = () => 1;"),
    from: "const",
    to: "const other = 5; console.log(other); const",
  },
  {
    what: "a neighbour that shadows a name used here",
    sources: onlyNodes("const d = 1; const subject = () => d; const other = (d) => d + 1;"),
    from: "d + 1",
    to: "d + 2",
  },
  {
    what: "another node's function that shares a setting",
    sources: {
      "nodes.mjs": `${nodeFile("const config = { a: 1 }; const subject = () => config.a; const use = (c, n) => c;")}
        export const other = func({}, (x) => use(config, 1));`,
    },
    from: "config, 1",
    to: "config, 2",
  },
  {
    what: "another declarator of the same statement",
    sources: onlyNodes("const subject = () => 1, other = 2;"),
    from: "2",
    to: "3",
  },
  {
    what: "what is printed at module level",
    sources: onlyNodes("const config = { a: 1 }; console.log(config, 'hello'); const subject = () => config;"),
    from: "hello",
    to: "bye",
  },
  {
    what: "a pipeline put together and run",
    sources: onlyNodes(
      "const config = { a: 1 }; const subject = () => config; import { Pipeline, Runner } from '@larder/pipeline'; const pipeline = new Pipeline([subject]); const runner = new Runner(pipeline, config); await runner.run(pipeline, { inputs: { config } });",
    ),
    from: "{ inputs: { config } }",
    to: "{ inputs: { config }, outputs: ['a'] }",
  },
];

describeAlike("a change that can't matter keeps the fingerprint:", edits);
