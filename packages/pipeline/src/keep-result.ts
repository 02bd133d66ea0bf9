import type { Awaitable, BlobRecord, Clock, SetOptions } from "@larder/core";
import type { Verdict } from "./decide.js";
import { detailsOf } from "./explain.js";
import { changedFile, type FileDigests } from "./file-digests.js";
import type { DigestedInput, DigestOutcome } from "./input-digests.js";
import type { ItemSource } from "./map/map-items.js";
import type { NodeKey, PreparedNode } from "./prepared-node.js";
import type { RunWarning } from "./report.js";
import type { FoundResult, ResultStore } from "./result-store.js";
import type { SignatureDetails } from "./signature-details.js";
import { textOf } from "./text-of-error.js";

/** A node's value in hand. */
export interface Outcome {
  /** Of a map whose items are cached, read when it is first asked for; rejects when it is gone and can't be made again. */
  value(): Awaitable<unknown>;
  digest(): DigestOutcome;
  /** Whether it may have been made from other inputs than its key says. */
  readonly doubtful: boolean;
  /** Of a map whose items are cached: them, one by one. */
  readonly items?: ItemSource | undefined;
}

export type MissVerdict = Extract<Verdict, { verdict: "miss" }>;

/** A result to be stored, with all that is known of how it came about. */
export interface ResultToKeep {
  readonly prepared: PreparedNode;
  readonly miss: MissVerdict;
  /** The values it was made from, in the order of `prepared.parents`. */
  readonly parents: readonly Outcome[];
  readonly value: unknown;
  readonly seconds: number;
  readonly digest: DigestOutcome;
  readonly details: SignatureDetails;
  /** What takes the place of the settings that the node's options say. */
  readonly settings?: Pick<SetOptions, "codec" | "ttlSeconds">;
  /** Called when it turns out, after {@link ResultKeeper.keep} has resolved, that the result was not stored. */
  readonly onLost: () => void;
  /** Called once, when the result is stored, or will not be. */
  readonly onSettled?: ((stored: boolean) => void) | undefined;
}

/** Notes beside results that are written together: each is of use only to a later run. */
const notesPerBatch = 64;

/** Stores results, unless there is doubt. */
export interface ResultKeeper {
  /**
   * Resolves when nobody can change any more what is stored of the result; storing it goes on in the background. Never
   * rejects: what can't be stored is a warning.
   */
  keep(result: ResultToKeep): Promise<{ readonly record: BlobRecord | undefined; readonly doubtful: boolean }>;
  /** Why a result must not be stored: its key may say other inputs than the function read. */
  doubtOf(result: Pick<ResultToKeep, "prepared" | "miss" | "parents">): Promise<string | undefined>;
  /** Notes in the background that a node's key may stand for a result found by its parents' values. */
  keepSame(prepared: PreparedNode, key: NodeKey, found: FoundResult, parentValues: ReadonlyMap<string, string>): void;
  /** Waits for what is written in the background. */
  finish(): Promise<void>;
}

export function createResultKeeper(sources: {
  readonly pipelineName: string;
  readonly store: ResultStore;
  readonly digestedInputs: ReadonlyMap<string, DigestedInput>;
  readonly fileDigests: FileDigests;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly warn: (warning: RunWarning) => void;
}): ResultKeeper {
  const { store, clock, warn } = sources;
  const writes: Promise<void>[] = [];
  let notes: (() => Promise<unknown>)[] = [];

  /** Adds to what a later run may read beside the results. Many are written at once: a commit each would cost more. */
  function note(write: () => Promise<unknown>): void {
    notes.push(write);
    if (notes.length >= notesPerBatch) writeNotes();
  }

  function writeNotes(): void {
    const batch = notes;
    notes = [];
    for (const write of batch) {
      const guarded = write().then(
        () => undefined,
        (error: unknown) =>
          warn({ code: "backend-failed", message: `A note beside a result could not be stored: ${textOf(error)}` }),
      );
      writes.push(guarded);
    }
  }

  async function doubtOf({
    prepared,
    miss,
    parents,
  }: Pick<ResultToKeep, "prepared" | "miss" | "parents">): Promise<string | undefined> {
    const promised = new Map(miss.parentValues);
    for (const { input, token } of miss.key.tokens) if (token.startsWith("v:")) promised.set(input, token.slice(2));
    for (const [index, { input, parent, ignored }] of prepared.parents.entries()) {
      if (ignored) continue;
      const inHand = parents[index]!;
      if (inHand.doubtful && !parent.volatile) return `'${input}' was made from something that changed during the run`;
      if (promised.has(input) && inHand.digest().digest !== promised.get(input)) {
        return `'${input}' came out differently when it was made again`;
      }
    }
    for (const name of prepared.node.inputs) {
      const changed = await changedFile(sources.digestedInputs.get(name)?.files, sources.fileDigests);
      if (changed !== undefined) return changed;
    }
    return sources.signal.aborted ? "the run was aborted" : undefined;
  }

  /** Stores a result. `onEncoded` is called as soon as its value may be changed. */
  async function write(result: ResultToKeep, onEncoded: (record: BlobRecord) => void): Promise<BlobRecord | string> {
    const { prepared, miss, value, seconds, digest } = result;
    const { node } = prepared;
    try {
      const outcome = await store.store(miss.key.key, value, {
        costSeconds: seconds,
        origin: nodeNameOf(prepared),
        ttlSeconds: node.options.ttlSeconds,
        tags: node.options.tags,
        valueDigest: digest.digest,
        codec: node.options.format,
        ...result.settings,
        onEncoded,
      });
      return outcome.stored ? outcome.record : outcome.reason;
    } catch (error) {
      return textOf(error);
    }
  }

  async function keepSignature(prepared: PreparedNode, key: NodeKey, details: SignatureDetails): Promise<void> {
    const signature = {
      nodeName: nodeNameOf(prepared),
      ...key.hashes,
      depsHash: key.depsHash,
      timestamp: clock.now(),
    };
    await store.keepSignature(signature, key.key, details);
  }

  function nodeNameOf(prepared: PreparedNode): string {
    return `${sources.pipelineName}/${prepared.node.name}`;
  }

  function notStored(prepared: PreparedNode, code: string, why: string): void {
    const node = prepared.node.name;
    warn({ code, node, message: `The result of node '${node}' is not stored: ${why.replace(/\.$/, "")}.` });
  }

  return {
    doubtOf,
    async keep(result) {
      const { prepared, miss, details } = result;
      const doubt = await doubtOf(result);
      if (doubt !== undefined) {
        notStored(prepared, "doubtful-result", doubt);
        result.onSettled?.(false);
        return { record: undefined, doubtful: true };
      }
      return new Promise((resolve) => {
        let encoded = false;
        const written = write(result, (record) => {
          encoded = true;
          resolve({ record, doubtful: false });
        });
        const settled = written.then((outcome) => {
          result.onSettled?.(typeof outcome !== "string");
          if (typeof outcome === "string") {
            notStored(prepared, "uncacheable-value", outcome);
            if (encoded) result.onLost();
            else resolve({ record: undefined, doubtful: false });
            return;
          }
          const { same } = miss;
          if (same !== undefined) note(() => store.aliasSame(same, miss.key.key));
          note(() => keepSignature(prepared, miss.key, details));
        });
        writes.push(settled);
      });
    },
    keepSame(prepared, key, found, parentValues) {
      note(() => store.alias(key.key, found.key));
      note(() => keepSignature(prepared, key, detailsOf(prepared, key, parentValues)!));
    },
    async finish() {
      // More is added while this waits.
      for (let done = 0; done < writes.length || notes.length > 0; ) {
        if (done === writes.length) writeNotes();
        for (; done < writes.length; done++) await writes[done];
      }
    },
  };
}
