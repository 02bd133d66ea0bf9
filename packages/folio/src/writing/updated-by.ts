import { hostname, userInfo } from "node:os";
import { redactedText } from "@larder/core";

/** Who changes something, when nobody says: `maria@host`. */
export function updatedByDefault(): string {
  return redactedText(`${userName()}@${hostname()}`);
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run with an id that has no name.
    return process.env.USER ?? `uid-${process.getuid?.() ?? "unknown"}`;
  }
}
