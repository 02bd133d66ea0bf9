import type { FolioSettings } from "../configuration/folio-settings.js";
import type { FolioEvent, FolioEventListener } from "../folio-events.js";

const levels = ["silent", "warn", "info", "debug"] as const;

/** Writes a line for each event that the settings (`logging`) want told. No line holds a credential or a control character. */
export function eventLog(logging: FolioSettings["logging"], write: (line: string) => void): FolioEventListener {
  const rank = levels.indexOf(logging.level);
  return (event) => {
    const line = lineOf(event, logging, rank);
    if (line !== undefined) write(`larder: ${printable(line)}`);
  };
}

function lineOf(event: FolioEvent, logging: FolioSettings["logging"], rank: number): string | undefined {
  const [warn, info, debug] = [rank >= 1, rank >= 2, rank >= 3];
  switch (event.type) {
    case "warning":
      return warn ? `warning (${event.code}): ${event.message}` : undefined;
    case "hit":
      return info && logging.logCacheHits
        ? `hit '${event.item}' of ${event.url}${event.stale ? ", stale" : ""}`
        : undefined;
    case "miss":
      return info && logging.logCacheMisses ? `miss '${event.item}' of ${event.url} (${event.reason})` : undefined;
    case "evict":
      return warn && logging.logEvictions ? `evicted ${event.items} items, ${event.bytes} bytes` : undefined;
    case "download":
      return info
        ? `downloaded '${event.item}' of ${event.url}: ${event.bytes} bytes in ${event.seconds.toFixed(3)} s`
        : undefined;
    case "check":
      return debug ? `checked ${event.url}: ${event.outcome}` : undefined;
    case "invalidated":
      // Its warning tells more.
      return undefined;
  }
}

/** Names come from a manifest that others write: what would steer a terminal is shown as an escape. */
function printable(line: string): string {
  return line.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (found) => `\\u${found.codePointAt(0)!.toString(16).padStart(4, "0")}`,
  );
}
