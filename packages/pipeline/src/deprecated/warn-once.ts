import { emitWarning } from "node:process";

const warned = new Set<string>();

/**
 * Tells once per process that something is deprecated, and what to write in its place. Node prints it to stderr unless it runs
 * with `--no-deprecation`, and throws it with `--throw-deprecation`.
 */
export function warnOnce(code: string, message: string): void {
  if (warned.has(code)) return;
  warned.add(code);
  emitWarning(message, { type: "DeprecationWarning", code });
}
