import { type CacheEvent, redactedText } from "@larder/core";
import type { FolioEvent, FolioEventListener } from "../folio-events.js";

/** Those who listen to a store that several have open; one that throws does not disturb the others. */
export interface StoreListeners {
  add(listener: FolioEventListener): void;
  remove(listener: FolioEventListener): void;
  tell(event: FolioEvent): void;
  /** Warnings of the cache below, without what could hold a secret. */
  tellWarning(event: CacheEvent): void;
}

export function storeListeners(): StoreListeners {
  const listeners = new Set<FolioEventListener>();

  function tell(event: FolioEvent): void {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch {
        // Events only tell: what a listener makes of them must not change what the cache does.
      }
    }
  }

  return {
    add: (listener) => listeners.add(listener),
    remove: (listener) => listeners.delete(listener),
    tell,
    tellWarning(event) {
      if (event.type !== "warning") return;
      const { code, message, facts } = event;
      tell({ type: "warning", code, message: redactedText(message), ...(facts !== undefined && { facts }) });
    },
  };
}
