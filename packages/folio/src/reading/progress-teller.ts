import type { Clock } from "@larder/core";
import type { FolioProgress, ProgressListener } from "../folio.js";
import { guarded } from "./guarded-listener.js";

/** Between two reports, in milliseconds. */
const pauseMs = 100;

/** Tells progress at most ten times a second; `last` is always told. */
export function progressTeller(
  listener: ProgressListener | undefined,
  clock: Clock,
): { tell(progress: FolioProgress): void; last(progress: FolioProgress): void } {
  const told = listener && guarded(listener);
  let at = Number.NEGATIVE_INFINITY;
  return {
    tell(progress) {
      if (told === undefined || clock.monotonic() - at < pauseMs) return;
      at = clock.monotonic();
      told(progress);
    },
    last: (progress) => told?.(progress),
  };
}
