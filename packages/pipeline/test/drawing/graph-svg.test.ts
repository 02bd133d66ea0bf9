import type { GraphNode, PipelineGraph } from "@larder/pipeline";
import { drawGraph } from "@larder/pipeline/drawing";
import { expect, test } from "vitest";

const node = (name: string): GraphNode => ({ name, output: name, cache: true });

function chain(length: number): PipelineGraph {
  const names = Array.from({ length }, (_, index) => `node ${index}`);
  const edges = names.map((to, index) => ({
    from: names[index - 1] ?? "source",
    to,
    value: names[index - 1] ?? "source",
  }));
  return { nodes: names.map(node), inputs: ["source"], edges };
}

test("each node's decision is said in words, not only in colour", async () => {
  const decisions = ["miss", "hit", "skipped", "no-cache", "failed", "not-run", "depends"] as const;
  const nodes = decisions.map((decision, index) => ({
    node: `node ${index}`,
    decision,
    reason: "because",
    seconds: 0.25,
  }));
  const drawn = await drawGraph(chain(decisions.length), { from: { nodes } });
  for (const [index, decision] of decisions.entries()) {
    expect(drawn).toMatch(new RegExp(`data-node="node ${index}" data-decision="${decision}"`));
    expect(drawn).toMatch(new RegExp(`class="node-decision"[^>]*>. ${decision} 250 ms`));
    expect(drawn).toMatch(new RegExp(`<title>node ${index}: . ${decision} 250 ms, because`));
  }
});

test("a node that was not asked for is drawn as that", async () => {
  const drawn = await drawGraph(chain(2), { from: { nodes: [{ node: "node 0", decision: "hit", reason: "" }] } });
  expect(drawn).toContain('data-node="node 1" data-decision="none"');
  expect(drawn).toContain("not asked for");
});

test("fifty nodes are drawn apart from one another", async () => {
  const drawn = await drawGraph(chain(50));
  const boxes = [...drawn.matchAll(/<g class="node [\s\S]*?<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"/g)].map(
    ([, x, y, width]) => ({ x: Number(x), y: Number(y), width: Number(width) }),
  );
  expect(boxes).toHaveLength(50);
  for (const [index, a] of boxes.entries()) {
    for (const b of boxes.slice(index + 1)) {
      expect(Math.abs(a.x - b.x) >= a.width || Math.abs(a.y - b.y) >= 44).toBe(true);
    }
  }
  expect(drawn.match(/class="edge"/g)).toHaveLength(50);
});

test("an input and a node of the same name are two things", async () => {
  const graph = {
    nodes: [{ ...node("a"), output: "b" }, node("c")],
    inputs: ["a"],
    edges: [
      { from: "a", to: "a", value: "a" },
      { from: "a", to: "c", value: "a" },
    ],
  };
  const drawn = await drawGraph(graph);
  expect(drawn.match(/class="edge"/g)).toHaveLength(2);
  expect(drawn).toContain("<title>input a</title>");
});
