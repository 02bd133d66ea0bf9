import type { BackendCapabilities } from "../capabilities/index.js";
import { backendSupply } from "./backend-supply.js";
import { whyNotClear } from "./clear-tests.js";
import type { ConformanceOptions, MakeBackend } from "./conformance-options.js";
import { newRunPrefix, onGround } from "./ground.js";
import { suite } from "./suite.js";
import type { TestDefinition } from "./test-definition.js";

/** One test of the suite, as data, for any test runner. */
export interface ConformanceTest {
  /** A sentence about what a backend does. */
  readonly name: string;
  /** Only for backends that declare this capability; for others `run` resolves at once. */
  readonly capability?: keyof BackendCapabilities;
  /**
   * Rejects when the backend does otherwise. Resolves to why there was nothing to test, if so. The tests of one suite
   * may share a storage, so run them one after the other, in order.
   */
  run(): Promise<string | undefined>;
}

/**
 * The conformance suite as data. The last test closes what the suite had made.
 *
 * Every key it writes begins with `larder-conformance/` and a prefix that is new with every call; blobs are deleted
 * afterwards where the backend can. Signatures can't be deleted, and stay until `clear()`.
 */
export function conformanceTests(
  options: ConformanceOptions & { readonly makeBackend: MakeBackend },
): readonly ConformanceTest[] {
  const supply = backendSupply(options.makeBackend);
  const runPrefix = newRunPrefix();
  const chosen = suite.filter((test) => isChosen(test, options));
  const tests = chosen.map((test, number): ConformanceTest => {
    const { name, capability } = test;
    return {
      name,
      ...(capability !== undefined && { capability }),
      async run() {
        const backend = await supply.next();
        if (capability !== undefined && !isHeldTo(capability, backend.supports, options.capabilities)) {
          return `the backend does not declare '${capability}'`;
        }
        let untested: string | undefined;
        await onGround(backend, { runPrefix, test: number, options }, async (ground) => {
          if (test.clears === true) untested = await whyNotClear(ground);
          if (untested === undefined) await test.run(ground);
        });
        return untested;
      },
    };
  });
  const last: ConformanceTest = {
    name: "close() releases what the backend holds, and does not throw",
    async run() {
      await supply.finish();
      return undefined;
    },
  };
  return [...tests, last];
}

function isChosen(test: TestDefinition, options: ConformanceOptions): boolean {
  if (options.brief === true && test.brief !== true) return false;
  if (test.capability !== undefined && options.capabilities?.[test.capability] === false) return false;
  if (test.clears === true && options.mayClear === false) return false;
  return test.needs === undefined || options[test.needs] !== undefined;
}

function isHeldTo(
  capability: keyof BackendCapabilities,
  declared: BackendCapabilities | undefined,
  pinned: BackendCapabilities | undefined,
): boolean {
  return declared?.[capability] === true || pinned?.[capability] === true;
}
