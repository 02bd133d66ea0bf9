import type { FuncNode } from "../func-node.js";

const place = Symbol.for("larder.worker");

/**
 * What the code of a pipeline meets in one of our workers, and nowhere else. In a place that every copy of this package
 * finds, for a user's module may declare its nodes with another.
 */
export interface WorkerRealm {
  /** Told of each node that is declared. */
  declared(node: FuncNode): void;
  /** Whether the code that runs was called as a node's function, and not while its module was imported or afterwards. */
  withinCall(): boolean;
  /** Told of a pipeline that is run outside of a call. */
  strayRun(): void;
}

const shared = globalThis as { [place]?: WorkerRealm | undefined };

/** In one of our workers: what code of the package tells it. */
export function workerRealm(): WorkerRealm | undefined {
  return shared[place];
}

/**
 * Whether this is one of our workers and a module, rather than a node's function, runs a pipeline here: because it is the
 * main program, most likely. That run must not happen again in every worker.
 */
export function strayInWorker(): boolean {
  const realm = shared[place];
  if (realm === undefined || realm.withinCall()) return false;
  realm.strayRun();
  return true;
}

/** Makes this thread one of our workers. */
export function enterWorkerRealm(realm: WorkerRealm): void {
  shared[place] = realm;
}
