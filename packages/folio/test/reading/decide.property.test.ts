import fc from "fast-check";
import { expect, test } from "vitest";
import { type Decision, decide, type ReadState } from "../../src/reading/decide.js";

/** What the remote would say if it was asked. */
interface World {
  readonly manifest: "same" | "differs" | "no-checksum" | "unreachable";
  readonly object: "same" | "changed" | "unreachable";
}

interface Outcome {
  readonly end: "copy" | "stored" | "passed-through" | "not-cached-offline" | "too-stale" | "unreachable";
  readonly warn: boolean;
  readonly manifestChecks: number;
  readonly objectChecks: number;
}

type Asked = Omit<ReadState, "manifest" | "object">;

/** Does what is decided, in the world, until there is an end. */
function carriedOut(asked: Asked, world: World): Outcome {
  let state: ReadState = { ...asked, manifest: "not-asked", object: "not-asked" };
  const checks = { manifestChecks: 0, objectChecks: 0 };
  for (let step = 0; step < 4; step++) {
    const decision: Decision = decide(state);
    switch (decision.step) {
      case "local":
        return { end: "copy", warn: decision.warn, ...checks };
      case "download":
        return { end: "stored", warn: false, ...checks };
      case "pass-through":
        return { end: "passed-through", warn: false, ...checks };
      case "fail":
        return { end: decision.code, warn: false, ...checks };
      case "check-manifest": {
        checks.manifestChecks++;
        if (world.manifest === "unreachable") {
          state = { ...state, manifest: "unreachable" };
          break;
        }
        const match = world.manifest === "no-checksum" ? ("unknown" as const) : world.manifest;
        const ageSeconds = match === "same" ? 0 : state.copy?.ageSeconds;
        const copy = state.copy && { match, ageSeconds: ageSeconds! };
        state = { ...state, manifest: "answered", manifestAgeSeconds: 0, copy };
        break;
      }
      case "check-object":
        checks.objectChecks++;
        if (world.object === "unreachable") state = { ...state, manifest: "unreachable" };
        else state = { ...state, object: world.object === "same" ? "answered" : "changed" };
    }
  }
  throw new Error("It never came to an end.");
}

/** The requirements (4.5 to 4.7) told as ends, in the order in which a reader of them asks. */
function required(asked: Asked, world: World): Outcome {
  const { copy, ttlSeconds, forceCache } = asked;
  const none = { manifestChecks: 0, objectChecks: 0, warn: false };
  const usesCache = !asked.switchedOff && (asked.mode !== "disabled" || forceCache);
  const mayAsk = !asked.offline && asked.mode !== "offline";
  const within = (age: number | undefined) =>
    age !== undefined && (ttlSeconds === null || (age >= 0 && age <= ttlSeconds));
  const keeps = usesCache && (forceCache || (!asked.tooLarge && ["read-write", "write-through"].includes(asked.mode)));
  const fromRemote = keeps ? ("stored" as const) : ("passed-through" as const);

  if (!mayAsk) {
    if (!usesCache || copy === undefined) return { end: "not-cached-offline", ...none };
    return { end: "copy", ...none, warn: copy.match === "differs" && asked.staleWarning };
  }
  if (!usesCache || copy === undefined) {
    // What is not there comes from the remote, by a manifest that is fresh enough.
    const asks = !usesCache || asked.refresh || !within(asked.manifestAgeSeconds);
    const checks = { ...none, manifestChecks: asks ? 1 : 0 };
    return { end: asks && world.manifest === "unreachable" ? "unreachable" : fromRemote, ...checks };
  }
  const knownToDiffer = copy.match === "differs";
  if (!asked.refresh && (asked.useStale || (!knownToDiffer && within(copy.ageSeconds))))
    return { end: "copy", ...none };

  const manifestIsFresh = !asked.refresh && within(asked.manifestAgeSeconds);
  const checks = { ...none, manifestChecks: manifestIsFresh ? 0 : 1 };
  const withoutAnswer = (counted: typeof checks): Outcome => {
    if (asked.useStale) return { end: "copy", ...counted };
    if (asked.strict || !asked.fallbackToStale) return { end: "unreachable", ...counted };
    if (copy.ageSeconds > asked.maxStaleAgeSeconds) return { end: "too-stale", ...counted };
    return { end: "copy", ...counted, warn: asked.staleWarning };
  };
  if (!manifestIsFresh && world.manifest === "unreachable") return withoutAnswer(checks);
  const told = { same: "same", differs: "differs", unknown: "no-checksum" } as const;
  switch (manifestIsFresh ? told[copy.match] : world.manifest) {
    case "same":
      return { end: "copy", ...checks };
    case "differs":
      return { end: fromRemote, ...checks };
    default: {
      const counted = { ...checks, objectChecks: 1 };
      if (world.object === "unreachable") return withoutAnswer(counted);
      return { end: world.object === "same" ? "copy" : fromRemote, ...counted };
    }
  }
}

const age = fc.oneof(
  fc.constantFrom(-86_400, -0.001, 0, 1, 1799.999, 1800, 1800.001, 86_399, 86_400, 86_400.001),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
);
const asked: fc.Arbitrary<Asked> = fc.record({
  mode: fc.constantFrom("read-write", "read-only", "write-through", "disabled", "offline"),
  switchedOff: fc.boolean(),
  offline: fc.boolean(),
  refresh: fc.boolean(),
  useStale: fc.boolean(),
  forceCache: fc.boolean(),
  strict: fc.boolean(),
  fallbackToStale: fc.boolean(),
  staleWarning: fc.boolean(),
  ttlSeconds: fc.constantFrom(null, 0, 1, 1800, 86_400),
  maxStaleAgeSeconds: fc.constantFrom(0, 3600, 86_400),
  copy: fc.option(fc.record({ ageSeconds: age, match: fc.constantFrom("same", "differs", "unknown") }), {
    nil: undefined,
  }),
  manifestAgeSeconds: fc.option(age, { nil: undefined }),
  tooLarge: fc.boolean(),
});
const world: fc.Arbitrary<World> = fc.record({
  manifest: fc.constantFrom("same", "differs", "no-checksum", "unreachable"),
  object: fc.constantFrom("same", "changed", "unreachable"),
});
const seed = Number(process.env.LARDER_SEED ?? 7_041_905);

test("where a value comes from, with how many questions, is what the requirements say in every state", () => {
  fc.assert(
    fc.property(asked, world, (state, remote) => {
      expect(carriedOut(state, remote)).toEqual(required(state, remote));
    }),
    { seed, numRuns: 20_000 },
  );
});

test("a strict reader never gets a copy that is stale, unless it asks for one", () => {
  fc.assert(
    fc.property(asked, (given) => {
      const decision = decide({ ...given, manifest: "not-asked", object: "not-asked", strict: true });
      const asksForStale = given.useStale || given.offline || given.mode === "offline";
      if (decision.step === "local" && !asksForStale) expect(decision.stale).toBe(false);
    }),
    { seed, numRuns: 5_000 },
  );
});

const calm: Asked = {
  mode: "read-write",
  switchedOff: false,
  offline: false,
  refresh: false,
  useStale: false,
  forceCache: false,
  strict: false,
  fallbackToStale: true,
  staleWarning: true,
  ttlSeconds: 1800,
  maxStaleAgeSeconds: 86_400,
  copy: { ageSeconds: 10, match: "same" },
  manifestAgeSeconds: 10,
  tooLarge: false,
};
const first = (change: Partial<Asked>) => decide({ ...calm, ...change, manifest: "not-asked", object: "not-asked" });

test.each([
  ["a fresh copy is used without a question", {}, { step: "local", stale: false }],
  [
    "a copy exactly as old as the time to live is fresh",
    { copy: { ageSeconds: 1800, match: "same" }, manifestAgeSeconds: 5000 },
    { step: "local" },
  ],
  [
    "a copy a moment older is asked about",
    { copy: { ageSeconds: 1800.001, match: "same" }, manifestAgeSeconds: 5000 },
    { step: "check-manifest" },
  ],
  [
    "a clock that went back counts as expired",
    { copy: { ageSeconds: -1, match: "same" }, manifestAgeSeconds: -1 },
    { step: "check-manifest" },
  ],
  [
    "without a time to live nothing is asked again",
    { ttlSeconds: null, copy: { ageSeconds: -5, match: "same" } },
    { step: "local" },
  ],
  ["refresh asks although the copy is fresh", { refresh: true }, { step: "check-manifest" }],
  [
    "what is too large passes through",
    { copy: undefined, tooLarge: true },
    { step: "pass-through", reason: "too-large" },
  ],
  [
    "forceCache caches what is too large",
    { copy: undefined, tooLarge: true, forceCache: true },
    { step: "download", reason: "forced" },
  ],
  [
    "forceCache caches in the mode disabled",
    { copy: undefined, mode: "disabled", forceCache: true },
    { step: "download" },
  ],
  [
    "nothing is cached where the cache is switched off",
    { switchedOff: true, forceCache: true },
    { step: "check-manifest" },
  ],
] satisfies [string, Partial<Asked>, Partial<Decision>][])("%s", (_, change, expected) => {
  expect(first(change)).toMatchObject({ ...expected });
});
