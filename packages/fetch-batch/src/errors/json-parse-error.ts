import { FetchBatchError } from "./fetch-batch-error.js";

/** Where JSON went wrong. */
export interface JsonParsePlace {
  /** `not-json`: a text is not JSON. `scalar`: the path leads on where a scalar stands. */
  readonly reason: "not-json" | "scalar";
  /** The path that was to be taken; empty where a whole text is at fault. */
  readonly path: readonly string[];
  /**
   * Of a text that is not JSON, the character, from 0, at which it stops to be; of a scalar, the step of the path, from 0, that can't
   * be taken.
   */
  readonly position: number;
  readonly column?: string | undefined;
  readonly id?: number | bigint | string | undefined;
  readonly cause?: unknown;
}

/** A dotted name led into something that is not JSON, or through a scalar. */
export class JsonParseError extends FetchBatchError implements JsonParsePlace {
  readonly reason: JsonParsePlace["reason"];
  readonly path: readonly string[];
  readonly position: number;
  /** The name as it was asked for; `undefined` from `extractJsonValue`, which does not know it. */
  readonly column: string | undefined;
  readonly id: number | bigint | string | undefined;

  constructor({ reason, path, position, column, id, cause }: JsonParsePlace) {
    const what = column === undefined ? "A value" : `Column ${JSON.stringify(column)}`;
    const whose = id === undefined ? "" : ` of id ${typeof id === "string" ? JSON.stringify(id) : id}`;
    const why =
      reason === "not-json"
        ? `is not JSON from character ${position} on`
        : `has a scalar where the path ${JSON.stringify(path.join("."))} goes on to ${JSON.stringify(path[position])}`;
    super(`${what}${whose} ${why}. Correct the row, or ask for the column as it is.`, {
      code: "json-parse",
      facts: { reason, path, position, column, id },
      cause,
    });
    this.reason = reason;
    this.path = path;
    this.position = position;
    this.column = column;
    this.id = id;
  }
}
