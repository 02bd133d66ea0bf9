import type { Awaitable } from "../blob-source.js";

/** What one computation brought. */
export interface Landing {
  /** The value was found, not computed. */
  readonly found: boolean;
  readonly value: unknown;
  /** Makes a computed value anew from its bytes, so that no two callers share an object they could change. */
  readonly again?: (() => Awaitable<unknown>) | undefined;
}

/** Turns `superseded` when the key is written or deleted, or the cache closed: then the value must not be stored. */
export interface FlightState {
  superseded: boolean;
}

/** One computation under way, which all who ask for its key wait for. */
export interface Flight {
  readonly landing: Promise<Landing>;
  readonly state: FlightState;
}

/** The computations under way, by key. */
export interface Flights {
  under(key: string): Flight | undefined;
  /** Starts a computation; it is forgotten once it has ended. */
  start(key: string, fly: (state: FlightState) => Promise<Landing>): Flight;
  /** Later callers start anew, and what is under way is not stored. */
  supersede(key: string): void;
  supersedeAll(): void;
}

export function flights(): Flights {
  const underWay = new Map<string, Flight>();

  function supersede(key: string): void {
    const flight = underWay.get(key);
    if (flight === undefined) return;
    flight.state.superseded = true;
    underWay.delete(key);
  }

  return {
    under: (key) => underWay.get(key),
    start(key, fly) {
      const state = { superseded: false };
      const landing = fly(state).finally(() => {
        if (underWay.get(key) === flight) underWay.delete(key);
      });
      const flight = { landing, state };
      underWay.set(key, flight);
      return flight;
    },
    supersede,
    supersedeAll() {
      for (const key of [...underWay.keys()]) supersede(key);
    },
  };
}

/** The value for one who waited: primitives as they are, objects made anew where they can be. */
export async function ownCopy({ value, again }: Landing): Promise<unknown> {
  if (again === undefined || value === null || typeof value !== "object") return value;
  try {
    return await again();
  } catch {
    return value; // computed for this caller too, only not made anew
  }
}
