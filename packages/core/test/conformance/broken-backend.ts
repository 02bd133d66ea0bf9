import type { CacheBackend } from "../../src/index.js";
import { type Parts, simpleBackend } from "./simple-backend.js";

/** A backend with one fault, and the test that must find it (others may, too). */
export interface BrokenBackend {
  readonly fault: string;
  readonly foundBy: string;
  /** Whether the tests of `brief: true` must find it too. */
  readonly inBrief?: boolean;
  make(): CacheBackend;
}

export function broken(fault: string, foundBy: string, wrong: (parts: Parts) => Partial<Parts>): BrokenBackend {
  return { fault, foundBy, make: () => simpleBackend(wrong) };
}

export function brokenBriefly(fault: string, foundBy: string, wrong: (parts: Parts) => Partial<Parts>): BrokenBackend {
  return { ...broken(fault, foundBy, wrong), inBrief: true };
}
