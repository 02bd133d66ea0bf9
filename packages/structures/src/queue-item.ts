import type { BlobRecord, JsonObject } from "@larder/core";
import { type Deadline, deadlineJson, parseDeadline } from "./deadline.js";

/** What a queue knows of an item besides its value; kept in the record, so that the value is written once. */
export interface QueueItem {
  readonly priority: number;
  /** How often it was delivered. */
  readonly attempts: number;
  /** What went wrong at the last delivery that failed. */
  readonly lastError?: string;
  readonly place:
    | { readonly kind: "ready" }
    | { readonly kind: "delayed"; readonly until: Deadline }
    | { readonly kind: "leased"; readonly until: Deadline; readonly owner: string; readonly token: string }
    | { readonly kind: "dead"; readonly diedAt: number };
}

/** The details of a record that keep the item, beside those that the codec needs. */
export function itemDetails({ priority, attempts, lastError, place }: QueueItem): JsonObject {
  const stored: JsonObject = "until" in place ? { ...place, until: deadlineJson(place.until) } : { ...place };
  return { queue: { priority, attempts, ...(lastError !== undefined && { lastError }), place: stored } };
}

/** The item of a record; `undefined` when it is none. */
export function parseItem(record: BlobRecord | undefined): QueueItem | undefined {
  const queue = object(record?.details?.queue);
  const place = parsePlace(object(queue?.place));
  if (queue === undefined || place === undefined) return undefined;
  const { priority, attempts, lastError } = queue;
  if (!Number.isSafeInteger(priority) || !Number.isSafeInteger(attempts)) return undefined;
  return {
    priority: priority as number,
    attempts: attempts as number,
    ...(typeof lastError === "string" && { lastError }),
    place,
  };
}

function parsePlace(place: JsonObject | undefined): QueueItem["place"] | undefined {
  const until = parseDeadline(place?.until);
  switch (place?.kind) {
    case "ready":
      return { kind: "ready" };
    case "delayed":
      return until === undefined ? undefined : { kind: "delayed", until };
    case "leased": {
      const { owner, token } = place;
      if (until === undefined || typeof owner !== "string" || typeof token !== "string") return undefined;
      return { kind: "leased", until, owner, token };
    }
    case "dead":
      return typeof place.diedAt === "number" ? { kind: "dead", diedAt: place.diedAt } : undefined;
    default:
      return undefined;
  }
}

function object(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}
