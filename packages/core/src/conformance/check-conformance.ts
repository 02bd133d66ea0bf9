import type { ConformanceOptions, MakeBackend } from "./conformance-options.js";
import { conformanceTests } from "./conformance-tests.js";

/** What the suite found. */
export interface ConformanceReport {
  /** Nothing failed. */
  readonly conforms: boolean;
  /** Names of the tests that passed. */
  readonly passed: readonly string[];
  readonly failed: readonly ConformanceFailure[];
  /** Tests that did not apply, and why. */
  readonly notRun: readonly { readonly name: string; readonly reason: string }[];
}

/** A test that failed. */
export interface ConformanceFailure {
  readonly name: string;
  /** What was expected and what came, in words. */
  readonly message: string;
  readonly error: unknown;
}

/** The time one test may take, in milliseconds: a backend whose promises never resolve must fail too. */
const limitMs = 60_000;

/**
 * Runs the conformance suite on a backend, without a test runner. Never rejects for what the backend does: the report
 * says it.
 */
export async function checkConformance(
  makeBackend: MakeBackend,
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  const passed: string[] = [];
  const failed: ConformanceFailure[] = [];
  const notRun: { name: string; reason: string }[] = [];
  for (const test of conformanceTests({ ...options, makeBackend })) {
    try {
      const reason = await withinLimit(test.run());
      if (reason === undefined) passed.push(test.name);
      else notRun.push({ name: test.name, reason });
    } catch (error) {
      failed.push({ name: test.name, message: messageOf(error), error });
    }
  }
  return { conforms: failed.length === 0, passed, failed, notRun };
}

async function withinLimit<T>(running: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It did not end within ${limitMs / 1000} seconds.`)), limitMs);
  });
  try {
    return await Promise.race([running, limit]);
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
