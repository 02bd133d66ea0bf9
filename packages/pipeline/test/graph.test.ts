import { LarderError } from "@larder/core";
import { type FuncNode, func, Pipeline } from "@larder/pipeline";
import { expect, test } from "vitest";

function node(name: string, inputs: readonly string[], output = name): FuncNode {
  return func({ name, inputs, output }, () => 1);
}

function errorOf(build: () => unknown): LarderError {
  try {
    build();
  } catch (error) {
    if (LarderError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}

test("nodes may be listed in any order; parents come first in the pipeline", () => {
  const pipeline = new Pipeline([node("c", ["b", "x"]), node("a", ["x"]), node("b", ["a", "y"])]);
  expect(pipeline.nodes.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  expect([...pipeline.inputs].sort()).toEqual(["x", "y"]);
  expect(pipeline.finalOutputs).toEqual(["c"]);
});

test("two nodes that make one output are refused, and both are named", () => {
  const error = errorOf(() => new Pipeline([node("first", [], "value"), node("second", [], "value")]));
  expect(error.code).toBe("duplicate-output");
  expect(error.message).toContain("'first' and 'second' both make 'value'");
});

test("two nodes of one name are refused", () => {
  const error = errorOf(() => new Pipeline([node("same", [], "a"), node("same", [], "b")]));
  expect(error.code).toBe("duplicate-name");
  expect(error.message).toContain("'same'");
});

test("a cycle is refused, and its path is named in the direction of the values", () => {
  const nodes = [
    node("start", ["x"]),
    node("a", ["start", "c"]),
    node("b", ["a"]),
    node("c", ["b"]),
    node("end", ["c"]),
  ];
  const error = errorOf(() => new Pipeline(nodes));
  expect(error.code).toBe("cycle");
  const path = error.facts.path as string[];
  expect(path).toHaveLength(4);
  expect(path[0]).toBe(path[3]);
  expect(path.join("")).toMatch(/abca|bcab|cabc/);
  expect(error.message).toContain(path.join(" → "));
});

test("a node that reads its own output is a cycle", () => {
  expect(errorOf(() => new Pipeline([node("self", ["self"])])).facts.path).toEqual(["self", "self"]);
});

test("a chain of twenty thousand nodes is put in order without running out of stack", () => {
  const nodes = Array.from({ length: 20_000 }, (_, index) => node(`n${index}`, index === 0 ? [] : [`n${index - 1}`]));
  const pipeline = new Pipeline(nodes.reverse());
  expect(pipeline.nodes[0]!.name).toBe("n0");
  expect(pipeline.nodes.at(-1)!.name).toBe("n19999");
});

test("the graph is given as data", () => {
  const load = func({ name: "load", inputs: ["source"], output: "rows", cache: true }, () => 1);
  const pipeline = new Pipeline([load, node("count", ["rows", "limit"])]);
  expect(pipeline.graph()).toEqual({
    nodes: [
      { name: "load", output: "rows", cache: true },
      { name: "count", output: "count", cache: false },
    ],
    edges: [
      { from: "source", to: "load", value: "source" },
      { from: "load", to: "count", value: "rows" },
      { from: "limit", to: "count", value: "limit" },
    ],
    inputs: ["source", "limit"],
  });
});

test("options out of range are refused where the node is declared", () => {
  const declare = (options: object) => () => func({ inputs: ["a"], output: "b", ...options }, () => 1);
  for (const options of [{ ttlSeconds: 0 }, { retries: -1 }, { retries: 1.5 }, { timeoutMs: 0 }, { concurrency: 0 }]) {
    const error = errorOf(declare(options));
    expect(error.code).toBe("invalid-node");
    expect(error.message).toContain(Object.keys(options)[0]);
  }
  expect(errorOf(declare({ inputs: ["a", "a"] })).message).toContain("lists 'a' twice");
  expect(errorOf(declare({ behavior: "sometimes" })).message).toContain("'sometimes'");
  expect(errorOf(declare({ output: "" })).code).toBe("invalid-node");
  expect(errorOf(() => func({ inputs: [], output: "b" }, undefined as never)).message).toContain("function is missing");
});

test("a node's name is its output's unless it has one, and only cached nodes are cached", () => {
  expect(func({ inputs: [], output: "b" }, () => 1)).toMatchObject({ name: "b", cache: false });
  expect(func({ inputs: [], output: "b", cache: true, behavior: "disable" }, () => 1).cache).toBe(false);
  expect(func({ inputs: [], output: "b", behavior: "recompute" }, () => 1).cache).toBe(true);
});
