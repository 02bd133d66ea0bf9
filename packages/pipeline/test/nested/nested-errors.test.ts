import { LarderError } from "@larder/core";
import { type FuncNode, func, Pipeline } from "@larder/pipeline";
import { expect, test } from "vitest";

const node = (name: string, inputs: readonly string[], output = name): FuncNode =>
  func({ name, inputs, output }, () => 1);
const inner = () => new Pipeline([node("a", ["x"]), node("b", ["a"])], { name: "inner" });

function errorOf(build: () => unknown): LarderError {
  try {
    build();
  } catch (error) {
    if (LarderError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}

test("an output or an input that the pipeline has not is refused, with the nearest name", () => {
  const unknownOutput = errorOf(() => inner().asNode({ output: "bb" }));
  expect(unknownOutput.code).toBe("unknown-output");
  expect(unknownOutput.message).toContain("Did you mean 'b'?");
  const unknownInput = errorOf(() => inner().asNode({ output: "b", inputs: { xx: "y" } }));
  expect(unknownInput.code).toBe("unknown-input");
  expect(unknownInput.message).toContain("Did you mean 'x'?");
  expect(errorOf(() => inner().asNode({ output: "b", as: "" })).code).toBe("invalid-node");
  expect(errorOf(() => inner().asNode({ output: "b", inputs: { x: "__proto__" } })).code).toBe("invalid-node");
});

test("a cycle through a pipeline within names its nodes in full", () => {
  const error = errorOf(() => new Pipeline([inner().asNode({ output: "b" }), node("back", ["b"], "x")]));
  expect(error.code).toBe("cycle");
  expect(new Set(error.facts.path as string[])).toEqual(new Set(["inner/a", "inner/b", "back"]));
});

test("what only seems to be a cycle, as the chosen output does not need it, is none", () => {
  const wide = new Pipeline([node("a", ["x"]), node("b", ["a", "y"])], { name: "wide" });
  const outer = new Pipeline([wide.asNode({ output: "a" }), node("y", ["a"])]);
  expect(outer.nodes.map(({ name }) => name)).toEqual(["wide/a", "y"]);
  expect(outer.inputs).toEqual(["x"]);
});

test("a name that is there already is refused in full", () => {
  const twice = errorOf(() => new Pipeline([inner().asNode({ output: "b" }), node("inner/a", ["x"], "other")]));
  expect(twice).toMatchObject({ code: "duplicate-name", facts: { name: "inner/a" } });
  const value = errorOf(() => new Pipeline([inner().asNode({ output: "b" }), node("other", ["x"], "b")]));
  expect(value).toMatchObject({ code: "duplicate-output", facts: { nodes: ["inner/b", "other"] } });
  const two = errorOf(() => new Pipeline([inner().asNode({ output: "b" }), inner().asNode({ output: "b", as: "c" })]));
  expect(two).toMatchObject({ code: "duplicate-name", facts: { name: "inner/a" } });
});

test("a value that a pipeline keeps to itself can't be read by its private name", () => {
  const error = errorOf(() => new Pipeline([inner().asNode({ output: "b" }), node("thief", ["inner/a"])]));
  expect(error.code).toBe("private-value");
  expect(error.message).toContain("asNode({ output: 'a' })");
});

test("the function of a pipeline that stands as a node is never called", () => {
  expect(() =>
    inner()
      .asNode({ output: "b" })
      .fn({}, undefined as never),
  ).toThrow("'inner' is a pipeline");
});
