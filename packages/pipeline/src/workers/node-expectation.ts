import type { CodeReader } from "../code-reader.js";
import type { FingerprintOutcome } from "../fingerprint/fingerprint-outcome.js";
import type { FuncNode } from "../func-node.js";
import { declaredNode } from "../nested/nesting.js";
import type { FindMessage, FoundNode } from "./messages.js";
import { capturedDigest } from "./thread/node-finder.js";

/** What a node is here, which it must be in a worker. */
export interface NodeExpectation {
  readonly question: Omit<FindMessage, "kind" | "request">;
  /** Why what a worker has found is something else; `undefined` when it is the same. */
  differs(found: FoundNode): string | undefined;
}

/** Why a node can't be run elsewhere; a sentence's end. */
export interface NotElsewhere {
  readonly reason: string;
}

/** What is expected of a node in a worker. Its captured values count as they are now. */
export function expectationOf(
  node: FuncNode,
  code: CodeReader,
  dependencyDepth: number,
): NodeExpectation | NotElsewhere | Promise<NodeExpectation | NotElsewhere> {
  const outcome = code.read(node);
  const make = (read: FingerprintOutcome) => expectation(declaredNode(node), read, dependencyDepth);
  return outcome instanceof Promise ? outcome.then(make) : make(outcome);
}

function expectation(
  node: FuncNode,
  outcome: FingerprintOutcome,
  dependencyDepth: number,
): NodeExpectation | NotElsewhere {
  if (!outcome.readable && (outcome.code === "captured-variable" || outcome.code === "changed-since-load")) {
    return { reason: outcome.message };
  }
  const captures = Object.entries(node.options.captures ?? {});
  const digests = captures.map(([name, value]) => [name, capturedDigest(value)] as const);
  const unknown = digests.find(([, digest]) => digest === undefined);
  if (unknown !== undefined) return { reason: `The captured variable '${unknown[0]}' can't be digested.` };
  const text = String(node.fn);
  return {
    question: {
      module: node.options.module!,
      name: node.name,
      output: node.output,
      site: positionOf(node),
      captures: captures.map(([name]) => name),
      dependencyDepth,
    },
    differs(found) {
      const same = outcome.readable ? found.codeHash === outcome.hash : found.text === text;
      if (!same) {
        return found.unreadable !== undefined && outcome.readable
          ? `its code can't be read there. ${found.unreadable}`
          : "its code there is not the code that was loaded here, which may have been edited since";
      }
      const other = digests.find(([name, digest]) => found.captures[name] !== digest);
      return other === undefined ? undefined : `the captured variable '${other[0]}' has another value there`;
    },
  };
}

function positionOf({ site }: FuncNode): FindMessage["site"] {
  const at = site?.mapped ?? site;
  return at === undefined ? undefined : { file: at.file, line: at.line, column: at.column };
}
