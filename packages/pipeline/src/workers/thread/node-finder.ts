import { codeReaderFor } from "../../code-reader.js";
import type { SourcePosition } from "../../fingerprint/stack-position.js";
import type { FuncNode } from "../../func-node.js";
import { digestValue } from "../../input-digests.js";
import { textOf } from "../../text-of-error.js";
import type { FindAnswer, FindMessage, FoundNode } from "../messages.js";

/** How an import ended that waits, it may be for ever, for a pipeline that it runs. */
const ran = Symbol("ran");

/** The nodes that modules declare while they are imported. */
export interface NodeFinder {
  /** To be told of every node that is declared. */
  declared(node: FuncNode): void;
  /** To be told when a pipeline is run by a module rather than by a node's function. */
  strayRun(): void;
  /** Imports the module, if that has not been done, and looks for the node. Never rejects. */
  find(message: FindMessage): Promise<FindAnswer>;
  /** The node of a number. */
  node(number: number): FuncNode;
}

/** @param load - imports a module */
export function createNodeFinder(load: (module: string) => Promise<unknown>): NodeFinder {
  const declared: FuncNode[] = [];
  const numbers = new Map<FuncNode, number>();
  const nodes: FuncNode[] = [];
  const imports = new Map<string, Promise<string | typeof ran | undefined>>();
  let importing = 0;
  /** Called when a module, being imported, runs a pipeline. */
  const onStrayRun = new Set<() => void>();

  /** Why a module can't be imported; `undefined` when it was. */
  async function importOnce(module: string): Promise<string | undefined> {
    importing++;
    try {
      await load(module);
      return undefined;
    } catch (error) {
      return textOf(error);
    } finally {
      importing--;
    }
  }

  /** How the import of a module ended: the same for all who ask. */
  function imported(module: string): Promise<string | typeof ran | undefined> {
    let outcome = imports.get(module);
    if (outcome === undefined) {
      let tell: () => void;
      // A module that waits for its run would never be imported: in a worker that run does nothing.
      const strayRun = new Promise<typeof ran>((resolve) => {
        tell = () => resolve(ran);
        onStrayRun.add(tell);
      });
      outcome = Promise.race([importOnce(module), strayRun]).finally(() => onStrayRun.delete(tell));
      imports.set(module, outcome);
    }
    return outcome;
  }

  async function describe(node: FuncNode, message: FindMessage): Promise<FoundNode> {
    let number = numbers.get(node);
    if (number === undefined) {
      number = nodes.push(node) - 1;
      numbers.set(node, number);
    }
    const outcome = await codeReaderFor(message.dependencyDepth).read(node);
    const captured = node.options.captures ?? {};
    const digestOf = (name: string) => (Object.hasOwn(captured, name) ? capturedDigest(captured[name]) : undefined);
    return {
      node: number,
      text: String(node.fn),
      codeHash: outcome.readable ? outcome.hash : undefined,
      unreadable: outcome.readable ? undefined : outcome.message,
      captures: Object.fromEntries(message.captures.map((name) => [name, digestOf(name)])),
    };
  }

  return {
    // Nodes that are made later, while functions run, are not those of the main thread.
    declared(node) {
      if (importing > 0) declared.push(node);
    },
    strayRun() {
      for (const tell of onStrayRun) tell();
    },
    async find(message) {
      const { module, name, output } = message;
      const outcome = await imported(module);
      if (outcome === ran) return { missing: "runs-pipeline", message: module };
      if (outcome !== undefined) return { missing: "module-failed", message: outcome };
      const named = declared.filter((node) => node.name === name && node.output === output);
      if (named.length === 0) return { missing: "not-declared", message: module };
      const there = named.length === 1 ? named : named.filter((node) => sameSite(node.site?.mapped, message.site));
      if (there.length !== 1) return { missing: "ambiguous", message: module };
      return describe(there[0]!, message);
    },
    node: (number) => nodes[number]!,
  };
}

/** The digest of a captured value; `undefined` when it has none. */
export function capturedDigest(value: unknown): string | undefined {
  try {
    return digestValue(value, "$").digest;
  } catch {
    return undefined;
  }
}

function sameSite(one: SourcePosition | undefined, other: SourcePosition | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.file === other.file && one.line === other.line && one.column === other.column;
}
