import type { FingerprintOutcome } from "./fingerprint/fingerprint-outcome.js";
import { createFingerprinter, type Fingerprinter } from "./fingerprint/fingerprinter.js";
import type { FuncNode } from "./func-node.js";
import { declaredNode } from "./nested/nesting.js";

/** The fingerprints of nodes; each is made once, for the code a process has loaded stays what it is. */
export interface CodeReader {
  /** At once where it is known: a rerun of many nodes waits for nothing. */
  read(node: FuncNode): FingerprintOutcome | Promise<FingerprintOutcome>;
}

/** How far imports are followed declaration by declaration, unless told otherwise. */
export const defaultDependencyDepth = 2;

/** One for each depth in a process: runners share what was read. */
const readers = new Map<number, CodeReader>();

/** The reader that follows imports declaration by declaration to this depth. */
export function codeReaderFor(dependencyDepth: number): CodeReader {
  let reader = readers.get(dependencyDepth);
  if (reader === undefined) {
    reader = createCodeReader(createFingerprinter({ dependencyDepth }));
    readers.set(dependencyDepth, reader);
  }
  return reader;
}

/** Remembers what can be read; what can't be is tried again. */
function createCodeReader(fingerprinter: Fingerprinter): CodeReader {
  const known = new WeakMap<FuncNode, FingerprintOutcome>();
  async function make(node: FuncNode): Promise<FingerprintOutcome> {
    const captures = Object.keys(node.options.captures ?? {});
    const outcome = await fingerprinter.fingerprint({ fn: node.fn, site: node.site, captures });
    if (outcome.readable) known.set(declaredNode(node), outcome);
    return outcome;
  }
  return { read: (node) => known.get(declaredNode(node)) ?? make(node) };
}
