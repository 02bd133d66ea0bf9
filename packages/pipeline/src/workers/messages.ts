import type { SourcePosition } from "../fingerprint/stack-position.js";
import type { PackedValues } from "./wire/packed-values.js";
import type { WireError } from "./wire/wire-error.js";
import type { WireValue } from "./wire/wire-value.js";

/** What a worker is started with. */
export interface WorkerSettings {
  /** Where it notes, a byte for each call that was sent to it, how far that is: see {@link callState}. */
  readonly states: SharedArrayBuffer;
  /** What makes TypeScript loadable, where the main thread had that: the address of a module of tsx. */
  readonly typescript: string | undefined;
}

/** How far a call is. Read when a worker has died, so it is in shared memory. */
export const callState = { waiting: 0, running: 1, done: 2 } as const;

/** Calls a worker may have at once. */
export const mostCallsAtOnce = 1024;

/** Asks for a node. */
export interface FindMessage {
  readonly kind: "find";
  readonly request: number;
  /** The module that declares it. */
  readonly module: string;
  readonly name: string;
  readonly output: string;
  readonly site: SourcePosition | undefined;
  /** Names of captured variables that the user answers for. */
  readonly captures: readonly string[];
  /** How far its code is followed declaration by declaration. */
  readonly dependencyDepth: number;
}

export interface CallsMessage {
  readonly kind: "calls";
  /** As it was answered. */
  readonly node: number;
  /** As the context says. */
  readonly nodeName: string;
  /** The names of the values, in their order. */
  readonly names: readonly string[];
  /** Calls under way at once, of functions that wait. */
  readonly lanes: number;
  /** Whether to say when a call begins. */
  readonly announce: boolean;
  readonly shared: readonly (readonly [number: number, value: WireValue])[];
  /** The calls: of each its number, and that of its byte among the states. */
  readonly calls: readonly number[];
  readonly slots: readonly number[];
  readonly attempts: readonly number[];
  /** The values of all calls, as many for each as there are names. */
  readonly values: PackedValues;
}

export type ToWorker =
  | FindMessage
  | CallsMessage
  /** Aborts the signals of calls, and drops those that have not begun. */
  | { readonly kind: "stop"; readonly calls: readonly number[]; readonly reason: WireError }
  | { readonly kind: "forget"; readonly shared: readonly number[] };

/** Why a node was not found. */
export type MissingNode = "not-declared" | "ambiguous" | "module-failed" | "runs-pipeline";

/** A node as a worker has it. */
export interface FoundNode {
  readonly node: number;
  /** The text of its function. */
  readonly text: string;
  /** The digest of its code; `undefined` when that can't be read. */
  readonly codeHash: string | undefined;
  /** Why it can't be read. */
  readonly unreadable: string | undefined;
  /** Digests of its captured values, by name; `undefined` for one that can't be digested. */
  readonly captures: Readonly<Record<string, string | undefined>>;
}

/** What a worker answers when it is asked for a node. */
export type FindAnswer = FoundNode | { readonly missing: MissingNode; readonly message: string };

/** How a call ended. */
export type Ending =
  | { readonly value: WireValue }
  | { readonly error: WireError }
  /** The function has returned something that can't be sent. */
  | { readonly unsendable: { readonly path: string; readonly reason: string } };

export interface AnswersMessage {
  readonly kind: "answers";
  readonly calls: readonly number[];
  /** Seconds that each call took. */
  readonly took: readonly number[];
  readonly values: PackedValues;
  /** Of the calls that have no value, by their place. */
  readonly failures: readonly (readonly [place: number, Exclude<Ending, { readonly value: WireValue }>])[];
}

export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "found"; readonly request: number; readonly found: FindAnswer }
  | { readonly kind: "begun"; readonly call: number }
  | AnswersMessage;
