/** Modules by number, and the numbers of what each imports. */
export type ImportGraph = readonly (readonly number[])[];

/** Modules that import each other, directly or by others. */
export interface ImportCycle {
  /** All modules from each of which all others can be reached, ascending. */
  readonly members: readonly number[];
  /** A shortest cycle among them, or in parts of more than 316 members a short one: each imports the next, the last the first. */
  readonly shortest: readonly number[];
}

/** The strongly connected parts of a graph that are more than one module, or import themselves; those with most members first. */
export function importCycles(graph: ImportGraph): ImportCycle[] {
  return connectedParts(graph)
    .filter((members) => members.length > 1 || graph[members[0]!]!.includes(members[0]!))
    .map((members) => ({ members, shortest: shortestCycle(graph, members) }))
    .sort((a, b) => b.members.length - a.members.length || a.members[0]! - b.members[0]!);
}

/** Tarjan's strongly connected components, without recursion: chains of imports are longer than the stack is deep. */
function connectedParts(graph: ImportGraph): number[][] {
  const order = new Int32Array(graph.length).fill(-1);
  const lowest = new Int32Array(graph.length);
  const isOpen = new Uint8Array(graph.length);
  const open: number[] = [];
  const parts: number[][] = [];
  let seen = 0;
  for (let start = 0; start < graph.length; start++) {
    if (order[start] !== -1) continue;
    const path: { readonly module: number; next: number }[] = [{ module: start, next: 0 }];
    while (path.length > 0) {
      const step = path[path.length - 1]!;
      const { module } = step;
      if (step.next === 0) {
        order[module] = seen;
        lowest[module] = seen++;
        open.push(module);
        isOpen[module] = 1;
      }
      const imported = graph[module]![step.next++];
      if (imported !== undefined) {
        if (order[imported] === -1) path.push({ module: imported, next: 0 });
        else if (isOpen[imported] === 1) lowest[module] = Math.min(lowest[module]!, order[imported]!);
        continue;
      }
      path.pop();
      const before = path[path.length - 1];
      if (before !== undefined) lowest[before.module] = Math.min(lowest[before.module]!, lowest[module]!);
      if (lowest[module] !== order[module]) continue;
      const members = open.splice(open.lastIndexOf(module));
      for (const member of members) isOpen[member] = 0;
      parts.push(members.sort((a, b) => a - b));
    }
  }
  return parts;
}

/** Steps taken in looking for a shortest cycle; parts with more than 316 members are not looked through from each. */
const mostSteps = 100_000;

/** A shortest way from a member back to itself; of large parts, from one of the first members. */
function shortestCycle(graph: ImportGraph, members: readonly number[]): number[] {
  const inside = new Set(members);
  let best: number[] | undefined;
  for (const start of members.slice(0, Math.ceil(mostSteps / members.length))) {
    const way = wayBack(graph, inside, start, best?.length ?? Number.POSITIVE_INFINITY);
    if (way !== undefined) best = way;
    if (best?.length === 1) break;
  }
  return best!;
}

/** A shortest way from a module to itself that is shorter than `limit`. */
function wayBack(graph: ImportGraph, inside: ReadonlySet<number>, start: number, limit: number): number[] | undefined {
  const cameFrom = new Map<number, number>();
  let edge = [start];
  for (let length = 1; edge.length > 0 && length < limit; length++) {
    const next: number[] = [];
    for (const module of edge) {
      for (const imported of graph[module]!) {
        if (imported === start) return wayTo(cameFrom, start, module);
        if (!inside.has(imported) || cameFrom.has(imported)) continue;
        cameFrom.set(imported, module);
        next.push(imported);
      }
    }
    edge = next;
  }
  return undefined;
}

function wayTo(cameFrom: ReadonlyMap<number, number>, start: number, end: number): number[] {
  const way = [end];
  while (way.at(-1) !== start) way.push(cameFrom.get(way.at(-1)!)!);
  return way.reverse();
}
