import { afterAll } from "vitest";
import { type CodeEdit, describeNoticed } from "./code-edits.js";
import { removeProjects } from "./source-project.js";

afterAll(removeProjects);

/** The function is not written out: an expression stands for it. */
const withArgument = (before: string, argument: string) => ({
  "nodes.mjs": `import { func } from "larder-func";\n${before}\nexport const node = func({}, ${argument});\n`,
});

const edits: readonly CodeEdit[] = [
  {
    what: "an expression that makes the function",
    sources: withArgument("const make = (n) => (x) => x + n;", "make(5)"),
    from: "make(5)",
    to: "make(6)",
  },
  {
    what: "what makes the function",
    sources: withArgument("const make = (n) => (x) => x + n;", "make(5)"),
    from: "x + n",
    to: "x - n",
  },
  {
    what: "a function given by name",
    sources: withArgument("function clean(x) { return x + 1; }", "clean"),
    from: "x + 1",
    to: "x + 2",
  },
  {
    what: "a method given as the function",
    sources: withArgument("const steps = { clean: (x) => x + 1 };", "steps.clean"),
    from: "x + 1",
    to: "x + 2",
  },
];

describeNoticed("where an expression stands for the function, a change is noticed in", edits);
