import { redactedText } from "@larder/core";
import { createCacheLines, type LineWriter } from "../cache-lines.js";
import type { MapProgress } from "../map/map-progress.js";
import type { NodeProgress } from "../node-progress.js";
import type { ChangedPart, RunTotals, RunWarning } from "../report.js";
import { createEventSender } from "./event-sender.js";
import { createMapBar } from "./map-bar.js";
import type { PipelineEventListener, RunFinishedEvent } from "./pipeline-event.js";

/** Those who watch one run: who prints lines, who draws progress, who listens to events. None of them can disturb it. */
export interface RunWatch {
  started(outputs: readonly string[]): void;
  /** A node's function is about to be called. @param explained - resolves to why; absent where the node is not cached */
  nodeStarted(node: string, output: string, explained?: Promise<MissReason>): void;
  /** What becomes of a node is settled. */
  nodeSettled(progress: NodeProgress): void;
  mapProgress(progress: MapProgress): void;
  warning(warning: RunWarning): void;
  ended(outcome: RunFinishedEvent["outcome"], seconds: number, totals: RunTotals | undefined): void;
}

interface MissReason {
  readonly reason: string;
  readonly because: readonly ChangedPart[];
}

export function watchRun(options: {
  readonly pipeline: string;
  /** Whether lines are printed. */
  readonly verbose: boolean;
  readonly writer: LineWriter;
  readonly onEvent: PipelineEventListener | undefined;
  readonly now: () => number;
}): RunWatch {
  const { verbose, writer } = options;
  const send = createEventSender(options);
  const bar = verbose ? createMapBar(writer) : undefined;
  const lines = verbose ? createCacheLines(bar?.above ?? writer) : undefined;

  return {
    started: (outputs) => send(() => ({ schema: "larder.pipeline.run-started.v1", outputs })),
    nodeStarted(node, output, explained) {
      send(() => {
        void explained?.then(
          ({ reason, because }) =>
            send(() => ({ schema: "larder.pipeline.node-missed.v1", node, output, reason, because })),
          () => undefined,
        );
        return { schema: "larder.pipeline.node-started.v1", node, output };
      });
    },
    nodeSettled(progress) {
      const { output, decision = "not-run", seconds, items } = progress;
      bar?.remove(output);
      lines?.node(output, decision, seconds, items);
      send(() => settledEvent(progress));
    },
    mapProgress(progress) {
      bar?.update(progress);
      const { node, output, done, total, hits, failed } = progress;
      send(() => ({ schema: "larder.pipeline.map-progress.v1", node, output, done, total, hits, failed }));
    },
    warning(warning) {
      lines?.warning(warning);
      const { code, message, node = null } = warning;
      send(() => ({ schema: "larder.pipeline.warning.v1", code, message: redactedText(message), node }));
    },
    ended(outcome, seconds, totals = undefined) {
      bar?.close();
      send(() => ({ schema: "larder.pipeline.run-finished.v1", outcome, seconds, totals: totals ?? null }));
    },
  };
}

function settledEvent(progress: NodeProgress) {
  const { node, output, decision, reason, seconds, savedSeconds, attempts, rows, bytes } = progress;
  const items = progress.items ?? null;
  switch (decision) {
    case "hit":
    case "skipped": {
      const read = decision === "hit";
      return {
        schema: "larder.pipeline.node-hit.v1",
        ...{ node, output, reason, read, savedSeconds, rows, bytes, items },
      } as const;
    }
    case "failed": {
      const { error } = progress.error ?? { error: undefined };
      const code = typeof error === "object" && error !== null && "code" in error ? error.code : null;
      return {
        schema: "larder.pipeline.node-failed.v1",
        ...{ node, output, seconds, attempts, items },
        message: redactedText(reason),
        code: typeof code === "string" ? code : null,
      } as const;
    }
    case "miss":
    case "no-cache": {
      const cached = decision === "miss" && progress.storedUnder !== undefined;
      return {
        schema: "larder.pipeline.node-finished.v1",
        ...{ node, output, cached, seconds, attempts, rows, bytes, items },
      } as const;
    }
    default:
      return { schema: "larder.pipeline.node-not-run.v1", node, output, reason } as const;
  }
}
