import { createDecider, type ParentValue, type Verdict } from "./decide.js";
import { detailsOf, explainMiss } from "./explain.js";
import type { Pipeline } from "./pipeline.js";
import type { Plan, PlannedNode } from "./plan.js";
import { checkRequest, prepareRun } from "./prepare-run.js";
import type { PreparedNode } from "./prepared-node.js";
import type { ChangedPart } from "./report.js";
import type { ResultStore } from "./result-store.js";
import type { RunnerParts, RunRequest } from "./run-pipeline.js";

/** Decides about every node as a run would, and runs and writes nothing. */
export async function planPipeline(pipeline: Pipeline, asked: RunRequest, parts: RunnerParts): Promise<Plan> {
  const { store, clock } = parts;
  const request = checkRequest(pipeline, asked.inputs, asked.outputs);
  const prepared = await prepareRun({
    ...parts,
    fileDigests: parts.fileDigests.readOnly,
    pipeline,
    request,
    signal: asked.signal,
    clock,
    warn: () => undefined,
  });
  const verdicts = store === undefined ? allUncached(prepared.nodes) : await decideAll(prepared.nodes, store);
  const demand = demandOf(prepared.nodes, prepared.requested, verdicts);
  const nodes: PlannedNode[] = [];
  for (const node of prepared.nodes) {
    nodes.push(await planned(node, verdicts.get(node)!, demand.get(node), pipeline.name, store));
  }
  return { pipeline: pipeline.name, nodes };
}

type Verdicts = ReadonlyMap<PreparedNode, Verdict>;

function allUncached(nodes: readonly PreparedNode[]): Verdicts {
  return new Map(nodes.map((node) => [node, { verdict: "no-cache", reason: "caching is off" } as const]));
}

async function decideAll(nodes: readonly PreparedNode[], store: ResultStore): Promise<Verdicts> {
  const decider = createDecider({
    store,
    async settle(parent): Promise<ParentValue> {
      const verdict = await decider.decide(parent);
      if (verdict.verdict !== "hit") return { known: "later" };
      const { valueDigest } = verdict.found.record;
      if (valueDigest !== undefined) return { known: "digest", valueDigest, doubtful: false };
      return { known: "no-digest", message: `the value of '${parent.node.output}' can't be digested` };
    },
  });
  const verdicts = new Map<PreparedNode, Verdict>();
  for (const node of nodes) verdicts.set(node, await decider.decide(node));
  return verdicts;
}

/** Whether a run will decide about a node for certain, or only if something comes out in a certain way. */
type Demand = "certain" | "possible";

/** Who is asked for in a run, from the outputs backwards. */
function demandOf(
  nodes: readonly PreparedNode[],
  requested: readonly PreparedNode[],
  verdicts: Verdicts,
): ReadonlyMap<PreparedNode, Demand> {
  const demand = new Map<PreparedNode, Demand>();
  const ask = (node: PreparedNode, how: Demand) => {
    if (how === "certain" || !demand.has(node)) demand.set(node, how);
  };
  /** To know a key, the values of what is volatile before it must be known. */
  const keyed = new Set<PreparedNode>();
  const askForKey = (child: PreparedNode) => {
    const open = [child];
    for (const node of open) {
      if (keyed.has(node) || node.fixedKey !== undefined) continue;
      keyed.add(node);
      for (const { parent, ignored } of node.parents) {
        if (ignored) continue;
        if (parent.volatile) ask(parent, "certain");
        else open.push(parent);
      }
    }
  };
  for (const node of requested) ask(node, "certain");
  for (const child of [...nodes].reverse()) {
    if (alwaysRuns(child)) ask(child, "certain");
    const how = demand.get(child);
    if (how === "certain") askForKey(child);
    const verdict = verdicts.get(child)!;
    if (how === undefined || verdict.verdict === "hit") continue;
    const runs = alwaysRuns(child) || verdict.verdict === "miss" || verdict.verdict === "no-cache";
    // Where K leads to nothing, the parents' values are looked at to make C.
    const looksAtParents = verdict.verdict === "depends" && verdict.key !== undefined;
    for (const { parent, ignored } of child.parents) {
      const certain = how === "certain" && (runs || (looksAtParents && !ignored));
      ask(parent, certain ? "certain" : "possible");
    }
  }
  return demand;
}

function alwaysRuns({ node, identity }: PreparedNode): boolean {
  return !identity.cached || node.behavior === "recompute";
}

async function planned(
  prepared: PreparedNode,
  verdict: Verdict,
  demand: Demand | undefined,
  pipelineName: string,
  store: ResultStore | undefined,
): Promise<PlannedNode> {
  const { name, output } = prepared.node;
  const plain = (decision: PlannedNode["decision"], reason: string, because: readonly ChangedPart[] = []) => ({
    node: name,
    output,
    decision,
    reason,
    because,
    savedSeconds: 0,
    rows: null,
    bytes: null,
  });
  if (verdict.verdict === "hit") {
    const { record } = verdict.found;
    const rows = record.details?.rows;
    return {
      ...plain("hit", verdict.reason),
      savedSeconds: record.costSeconds ?? 0,
      rows: typeof rows === "number" ? rows : null,
      bytes: record.byteLength,
    };
  }
  if (verdict.verdict === "no-cache") return plain("no-cache", verdict.reason);
  if (prepared.node.behavior === "recompute") return plain("miss", "always recomputed");
  if (demand === undefined) return plain("hit", "not needed");
  if (verdict.verdict === "blocked")
    throw new Error(`A plan runs nothing, yet '${name}' waits for something that failed.`);
  const key = verdict.key;
  const waiting = prepared.parents.map(({ parent }) => parent.node.name).join(", ");
  if (key === undefined || store === undefined) return plain("depends", `on what ${waiting} gives`);
  const details = detailsOf(prepared, key, verdict.verdict === "miss" ? verdict.parentValues : new Map())!;
  const absent = verdict.verdict === "miss" ? verdict.absent : "absent";
  const nodeName = `${pipelineName}/${name}`;
  const { reason, because } = await explainMiss({ store, nodeName, node: prepared.node, key, details, absent });
  const certain = verdict.verdict === "miss" && demand === "certain";
  return plain(certain ? "miss" : "depends", reason, because);
}
