import type { JsonValue } from "@larder/core";
import type { FailedOutcome } from "../act-protocol.js";
import type { StepName } from "./database-steps.js";

/** Find the database of a file of flights, or make it. */
export interface MakeDatabaseRequest {
  readonly task: "make-database";
  /** Absolute paths. */
  readonly flightsFile: string;
  readonly airportsFile: string;
  /** The folder that databases are kept in. */
  readonly home: string;
  /** Process id of the demo that will use it: while that lives, no other demo deletes it. */
  readonly userId: number;
}

/** A database that is there. */
export interface FlightsDatabase {
  /** Absolute path. */
  readonly file: string;
  /** Tells what is in it: another database has another one. */
  readonly version: string;
  /** Flights in it; their ids are 1 to this. */
  readonly flights: number;
  readonly bytes: number;
}

/** What came of it. */
export type MakeDatabaseOutcome =
  | {
      readonly ok: true;
      readonly processId: number;
      readonly database: FlightsDatabase;
      readonly made: boolean;
      /** There was one, and it could not be read. */
      readonly wasBroken: boolean;
      readonly seconds: number;
    }
  | FailedOutcome;

/** Ask the database for something, through the cache. */
export interface StepRequest {
  readonly task: "database-step";
  readonly step: StepName;
  readonly database: FlightsDatabase;
  /** Directory of the cache. */
  readonly directory: string;
}

/** What a step cost, counted at the connection to the database, and what it gave. */
export interface StepResult {
  readonly ok: true;
  readonly processId: number;
  /** From the call of `getData` to its end. */
  readonly seconds: number;
  /** Whether Ctrl-C ended it; then there is no answer. */
  readonly interrupted: boolean;
  /** Rows of the answer. */
  readonly rows: number;
  readonly queries: number;
  /** Rows that the database gave. */
  readonly rowsAsked: number;
  /** Those rows times the columns asked of each, without the id. */
  readonly cellsAsked: number;
  /** Names of columns asked for, besides the id. */
  readonly columnsAsked: readonly string[];
  readonly idsFromCache: number;
  /** Ids that the cache lacked a cell of, before and after. */
  readonly missingBefore: number;
  readonly missingAfter: number;
  /** Bytes of the table in the cache, at the end. */
  readonly bytes: number;
  /** Rows that were compared with what the database says without a cache. */
  readonly rowsCompared: number;
  readonly peakMegabytes: number;
  /** The first rows of the answer. */
  readonly head: JsonValue;
}

/** What came of a step. */
export type StepOutcome = StepResult | FailedOutcome;

/** Said by the process of a step: half of its batches are stored, and no further one is asked for until it is interrupted. */
export interface HalfWayMessage {
  readonly halfWay: true;
}

/** Whether a message from a process is that. */
export function isHalfWay(message: unknown): message is HalfWayMessage {
  return typeof message === "object" && message !== null && "halfWay" in message;
}
