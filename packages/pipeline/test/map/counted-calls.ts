/**
 * Where the functions of a test say that they are called. They reach it by `globalThis`, so that it is no part of their
 * code.
 */
export interface CallsSeen {
  called?: string[];
}

/** What a run gives, and what was called meanwhile, in order. */
export async function callsOf<T>(run: () => Promise<T>): Promise<readonly [result: T, called: readonly string[]]> {
  const called: string[] = [];
  (globalThis as CallsSeen).called = called;
  const result = await run();
  return [result, called];
}
