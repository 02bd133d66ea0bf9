import { afterAll } from "vitest";
import { type CodeEdit, describeAlike, describeNoticed, nodeFile } from "./code-edits.js";
import { removeProjects } from "./source-project.js";

afterAll(removeProjects);

const edits: readonly CodeEdit[] = [
  {
    what: "the condition of a loop without a body",
    sources: { "nodes.ts": nodeFile("const subject = () => { let i = 0; while (i++ < 3); return i; };") },
    file: "nodes.ts",
    from: "< 3",
    to: "< 4",
  },
  {
    what: "the value of an enum that another refers to",
    sources: {
      "nodes.ts": nodeFile("enum A { One = 1, Two } enum B { Three = A.Two + 1 }", "B.Three"),
    },
    file: "nodes.ts",
    from: "One = 1",
    to: "One = 2",
  },
  {
    what: "a namespace of TypeScript",
    sources: { "nodes.ts": nodeFile("namespace A { export const a = 1; }", "A.a") },
    file: "nodes.ts",
    from: "1",
    to: "2",
  },
  {
    what: "a parameter property made a parameter",
    sources: { "nodes.ts": nodeFile("class A { constructor(private a = 1) {} }", "new A()") },
    file: "nodes.ts",
    from: "private a",
    to: "a",
  },
  {
    what: "a decorator",
    sources: { "nodes.ts": nodeFile("const mark = (n: number) => () => n; @mark(1) class A {}", "new A()") },
    file: "nodes.ts",
    from: "@mark(1)",
    to: "@mark(2)",
  },
  {
    what: "what stands behind assertions of types",
    sources: { "nodes.ts": nodeFile("const a = 1; const subject = () => (<number>(a satisfies number as unknown)!);") },
    file: "nodes.ts",
    from: "a = 1",
    to: "a = 2",
  },
];

const types: readonly CodeEdit[] = [
  {
    what: "types, overloads, abstract members and declarations",
    sources: { "nodes.ts": nodeFile("class A { m() { return 1; } } const subject = () => new A().m();") },
    file: "nodes.ts",
    from: "class A { m() { return 1; } }",
    to: `declare const nothing: number; interface I<T> { m(): T } type U = I<number>;
      class A<T = U> implements I<number> { declare x: T; m(): number; m(this: A, y?: T): number; m(): number { return <number>1; } }`,
  },
];

describeNoticed("a change is noticed in", edits);
describeAlike("no difference is made by", types);
