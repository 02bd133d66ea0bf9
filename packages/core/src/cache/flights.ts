import type { Awaitable } from "../blob-source.js";
import { LarderError } from "../errors.js";

/** What one computation brought. */
export type Landing =
  /** The value was found after all, by the measure of whoever came first. */
  | { readonly kind: "found"; readonly value: unknown }
  | {
      readonly kind: "computed";
      readonly value: unknown;
      /** Makes the value anew from its bytes, so that no two callers share an object they could change. */
      readonly again?: (() => Awaitable<unknown>) | undefined;
    }
  /** Nothing: somebody else computes the value, or has done so. */
  | { readonly kind: "left" };

/** What is known of a computation under way. */
export interface FlightState {
  /** Turns true when the key is written or deleted, or the cache closed: then the value must not be stored. */
  superseded: boolean;
  /** Wanted also when nobody waits for it. */
  background: boolean;
  /** `compute` has been called. */
  computing: boolean;
  landed: boolean;
  /** Callers who wait for it. */
  waiting: number;
  /** Tags the value will have. */
  readonly tags: readonly string[];
  /** Aborted when nobody wants the value any more. */
  readonly controller: AbortController;
  /** Called when it is superseded. */
  whenSuperseded?: (() => void) | undefined;
}

/** One computation under way, which all who ask for its key wait for. */
export interface Flight {
  readonly landing: Promise<Landing>;
  readonly state: FlightState;
}

/** What a computation is begun with. */
export interface FlightPlan {
  readonly background: boolean;
  readonly tags?: readonly string[] | undefined;
}

/** The computations under way, by key. */
export interface Flights {
  /** How many have landed, ever. */
  readonly landings: number;
  under(key: string): Flight | undefined;
  /** Starts a computation; it is forgotten once it has ended. */
  start(key: string, plan: FlightPlan, fly: (state: FlightState) => Promise<Landing>): Flight;
  /** Later callers start anew, and what is under way is not stored. */
  supersede(key: string): void;
  /** The same for those whose values will have tags such that `matches`. */
  supersedeTagged(matches: (tags: readonly string[]) => boolean): void;
  supersedeAll(): void;
  /** Supersedes all, and ends the waiting for other threads and processes, and what runs in the background. */
  close(): void;
}

export function flights(): Flights {
  const underWay = new Map<string, Flight>();
  // Those superseded too: they go on, and closing ends them.
  const flying = new Map<Flight, string>();
  let landings = 0;

  function supersede(key: string): void {
    const flight = underWay.get(key);
    if (flight === undefined) return;
    underWay.delete(key);
    flight.state.superseded = true;
    flight.state.whenSuperseded?.();
  }

  function supersedeAll(): void {
    for (const key of [...underWay.keys()]) supersede(key);
  }

  return {
    get landings() {
      return landings;
    },
    under: (key) => underWay.get(key),
    start(key, { background, tags = [] }, fly) {
      const controller = new AbortController();
      const state: FlightState = {
        superseded: false,
        background,
        computing: false,
        landed: false,
        waiting: 0,
        tags,
        controller,
      };
      // Not begun before it can be found: the computation might write or delete its own key at once.
      const begun = Promise.resolve(state).then(fly);
      const landing = begun.finally(() => {
        landings++;
        state.landed = true;
        flying.delete(flight);
        if (underWay.get(key) === flight) underWay.delete(key);
      });
      const flight = { landing, state };
      underWay.set(key, flight);
      flying.set(flight, key);
      return flight;
    },
    supersede,
    supersedeTagged(matches) {
      for (const [key, { state }] of [...underWay]) if (matches(state.tags)) supersede(key);
    },
    supersedeAll,
    close() {
      supersedeAll();
      for (const [{ state }, key] of flying) {
        if (!state.computing || (state.background && state.waiting === 0)) state.controller.abort(cacheClosed(key));
      }
    },
  };
}

/** One who waited for a computation waits no more. When nobody else does, and nobody else wants it, it is told so. */
export function leave({ state }: Flight, key: string): void {
  state.waiting--;
  if (state.waiting > 0 || state.landed || (state.background && state.computing)) return;
  state.controller.abort(
    new LarderError(`Nobody waits for the value under '${key}' any more.`, {
      code: "compute-abandoned",
      facts: { key },
    }),
  );
}

/** The value for one who waited: primitives as they are, objects made anew where they can be. */
export async function ownCopy({ value, again }: Landing & { readonly kind: "computed" }): Promise<unknown> {
  if (again === undefined || value === null || typeof value !== "object") return value;
  try {
    return await again();
  } catch {
    return value; // computed for this caller too, only not made anew
  }
}

function cacheClosed(key: string): LarderError {
  return new LarderError(
    `The cache was closed while '${key}' was being waited for, or computed in the background. Ask before closing it.`,
    { code: "cache-closed", facts: { key } },
  );
}
