import { seededRandom } from "@larder/app-shared/testing";
import type { ActGraph, ActNode } from "../../src/act-protocol.js";
import { reportPage } from "../../src/report/report-page.js";

/** The report of a pipeline of fifty nodes in ten layers, as a user's might be. */
export function reportOfFiftyNodes(): Promise<string> {
  const random = seededRandom(50);
  const name = (index: number) =>
    `step_${Math.floor(index / 5)}_${["load", "parse", "join_with_customers", "sum", "check"][index % 5]}`;
  const nodes = Array.from({ length: 50 }, (_, index) => ({ name: name(index), output: name(index), cache: true }));
  const edges = nodes.flatMap(({ name: to }, index) => {
    const input = index % 2 === 0 ? "orders" : "customers";
    if (index < 5) return [{ from: input, to, value: input }];
    const layer = Math.floor(index / 5) * 5;
    const parents = new Set([layer - 5 + (index % 5), layer - 5 + Math.floor(random() * 5)]);
    return [...parents].map((parent) => ({ from: name(parent), to, value: name(parent) }));
  });
  const graph: ActGraph = { nodes, edges, inputs: ["orders", "customers"] };
  const decisions = ["skipped", "skipped", "hit", "miss"] as const;
  const reports = nodes.map(({ name }): ActNode => {
    const decision = decisions[Math.floor(random() * decisions.length)]!;
    const seconds = decision === "miss" ? random() * 3 : 0;
    return { node: name, decision, reason: "same key", seconds, savedSeconds: random(), rows: null, bytes: 1000 };
  });
  return reportPage({
    title: "Run of orders.ts",
    introduction: "A pipeline of fifty nodes",
    outputs: [{ name: "total", value: 12, preview: "12" }],
    acts: [{ title: "The run", promise: "", processId: 1, seconds: 3, nodes: reports, graph, reasons: [] }],
    facts: {},
  });
}
