import type { OpenStorage, RemoteConformanceOptions } from "./conformance-options.js";
import { remoteConformanceTests } from "./remote-conformance-tests.js";

/** The two functions of a test runner that registering needs; those of vitest, `node:test`, mocha and jest will do. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly test: (name: string, body: (...context: unknown[]) => Promise<void>) => unknown;
}

/** How {@link testRemoteStorage} registers the suite. */
export interface TestRemoteStorageOptions extends RemoteConformanceOptions {
  /** `{ describe, test }`. Default: the ones of the runner that is running. */
  readonly runner?: TestRunner;
}

/**
 * Registers the conformance suite of remotes with a test runner, one test each, under `describe(name)`. A test that does not
 * apply is skipped with its reason, where the runner can; `abilities` with `false` leave it out.
 *
 * ```ts
 * import { openRemote } from "@larder/folio";
 * import { testRemoteStorage } from "@larder/folio/conformance";
 *
 * testRemoteStorage("a folder", async () => ({ storage: await openRemote("/tmp/lab") }));
 * ```
 */
export function testRemoteStorage(name: string, open: OpenStorage, options: TestRemoteStorageOptions = {}): void {
  const { runner = findRunner(), ...conformance } = options;
  runner.describe(name, () => {
    for (const test of remoteConformanceTests(open, conformance)) {
      // By rest, so that the function has no parameters: some runners hand a callback to those that have one.
      runner.test(test.name, async (...context) => {
        const untested = await test.run();
        if (untested !== undefined) (context[0] as Skippable | undefined)?.skip?.(untested);
      });
    }
  });
}

/**
 * The runner this process runs in: vitest, also without its globals; else global `describe` and `test` (or `it`), as of
 * mocha and jest; else `node:test`, which needs nothing to be running.
 */
function findRunner(): TestRunner {
  // Where vitest keeps its own exports for `import.meta.vitest`; a static import would make every user install vitest.
  const { __vitest_index__: vitest, describe, test, it } = globalThis as GlobalRunners;
  if (vitest !== undefined) return vitest;
  const register = test ?? it;
  if (typeof describe === "function" && typeof register === "function") return { describe, test: register };
  return process.getBuiltinModule("node:test");
}

/** The context that vitest and `node:test` hand to a test. */
interface Skippable {
  skip?(reason: string): void;
}

interface GlobalRunners {
  readonly __vitest_index__?: TestRunner;
  readonly describe?: TestRunner["describe"];
  readonly test?: TestRunner["test"];
  readonly it?: TestRunner["test"];
}
