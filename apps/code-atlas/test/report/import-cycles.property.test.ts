import * as fc from "fast-check";
import { expect, it } from "vitest";
import { type ImportGraph, importCycles } from "../../src/report/import-cycles.js";

const graphs = fc.integer({ min: 0, max: 9 }).chain((size) =>
  fc.array(
    size === 0 ? fc.constant<number[]>([]) : fc.uniqueArray(fc.integer({ min: 0, max: size - 1 }), { maxLength: 3 }),
    {
      minLength: size,
      maxLength: size,
    },
  ),
);

/** The shortest distances of at least one step, by trying all ways. */
function distances(graph: ImportGraph): number[][] {
  const far = graph.map((_, from) => graph.map((_, to) => (graph[from]!.includes(to) ? 1 : Number.POSITIVE_INFINITY)));
  for (let by = 0; by < graph.length; by++)
    for (let from = 0; from < graph.length; from++)
      for (let to = 0; to < graph.length; to++)
        far[from]![to] = Math.min(far[from]![to]!, far[from]![by]! + far[by]![to]!);
  return far;
}

it("finds the modules that reach each other, and a shortest cycle among them", () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const far = distances(graph);
      const isIn = (a: number, b: number) => Number.isFinite(far[a]![b]!) && Number.isFinite(far[b]![a]!);
      const expected = graph
        .map((_, module) => graph.map((_, other) => other).filter((other) => isIn(module, other)))
        .filter((members, module) => members[0] === module);
      const cycles = importCycles(graph);
      expect(cycles.map(({ members }) => members.join()).sort()).toEqual(expected.map((each) => each.join()).sort());
      for (const { members, shortest } of cycles) {
        for (const [at, module] of shortest.entries()) {
          expect(members).toContain(module);
          expect(graph[module]).toContain(shortest[(at + 1) % shortest.length]);
        }
        expect(shortest.length).toBe(Math.min(...members.map((module) => far[module]![module]!)));
      }
    }),
    { numRuns: 500 },
  );
});

it("follows chains that are longer than the stack is deep", () => {
  const length = 200_000;
  const chain = Array.from({ length }, (_, module) => (module + 1 < length ? [module + 1] : []));
  expect(importCycles(chain)).toEqual([]);
  const [ring] = importCycles(Array.from({ length: 20_000 }, (_, module) => [(module + 1) % 20_000]));
  expect(ring!.members.length).toBe(20_000);
});
