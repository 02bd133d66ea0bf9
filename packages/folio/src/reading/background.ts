import { LarderError, redactedText } from "@larder/core";
import type { FolioEventListener } from "../folio-events.js";

/** Work on the cache that nobody waits for, or whose failure must not fail a read: then there is a warning, once for each cause. */
export interface Background {
  /** Starts `work`; {@link settled} waits for it. */
  run(work: () => Promise<unknown>): void;
  /** Does `work`; `undefined` when it fails. */
  tolerated<Result>(work: () => Promise<Result>): Promise<Result | undefined>;
  /** Tells that the cache could not take something. */
  failed(error: unknown, item?: string): void;
  settled(): Promise<void>;
}

export function backgroundWork(url: string, onEvent: FolioEventListener): Background {
  const underWay = new Set<Promise<unknown>>();
  const told = new Set<string>();

  function failed(error: unknown, item?: string): void {
    const reason = failureCode(error);
    if (told.has(reason)) return;
    told.add(reason);
    onEvent({
      type: "warning",
      code: "not-cached",
      message: `The cache of ${url} could not be written (${reason}${described(error)}). Values come from the remote; what is in the cache stays valid.`,
      ...(item === undefined ? {} : { item }),
      facts: { url, reason },
    });
  }

  async function tolerated<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  return {
    run(work) {
      const running = tolerated(work).finally(() => underWay.delete(running));
      underWay.add(running);
    },
    tolerated,
    failed,
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

/** The code of an error of ours or of the file system, such as `ENOSPC`. */
export function failureCode(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "failed";
}

function described(error: unknown): string {
  // Texts of others may hold anything; ours are written without secrets.
  return LarderError.isInstance(error) ? `: ${redactedText(error.message)}` : "";
}
