import type { RemoteAbilities } from "../remote/remote-storage.js";
import type { OpenStorage, RemoteConformanceOptions } from "./conformance-options.js";
import { onGround } from "./ground.js";
import { suite } from "./suite.js";

/** One test of the suite, as data, for any test runner. */
export interface RemoteConformanceTest {
  /** A sentence about what a storage does. */
  readonly name: string;
  /** Rejects when the storage does otherwise. Resolves to why there was nothing to test, if so. */
  run(): Promise<string | undefined>;
}

/**
 * The conformance suite as data. Every object it stores is under `larder-conformance/` and a prefix that is new with every
 * test, and deleted afterwards.
 */
export function remoteConformanceTests(
  open: OpenStorage,
  options: RemoteConformanceOptions = {},
): readonly RemoteConformanceTest[] {
  return suite
    .filter(({ ability }) => ability === undefined || options.abilities?.[ability] !== false)
    .map(({ name, ability, needsSecond, run }) => ({
      name,
      async run() {
        const opened = await open();
        try {
          const { abilities } = opened.storage;
          if (ability !== undefined && !isHeldTo(ability, abilities, options))
            return `its abilities say no '${ability}'`;
          if (needsSecond && opened.second === undefined) return "no second storage was given";
          const reason = await onGround(opened, options, (ground) => run(ground));
          return typeof reason === "string" ? reason : undefined;
        } finally {
          await opened.storage.close?.();
          await opened.second?.close?.();
          await opened.close?.();
        }
      },
    }));
}

function isHeldTo(
  ability: "write" | "list" | "ranges" | "conditionalWrites",
  said: RemoteAbilities,
  pinned: RemoteConformanceOptions,
): boolean {
  return said[ability] !== false || (pinned.abilities?.[ability] ?? false) !== false;
}
