import type { DatasetIds, IdKind } from "@larder/core";
import { AnswerError } from "../errors/answer-error.js";
import { shown } from "../errors/invalid-request.js";
import { type Id, idForPeople, idsForPeople } from "../ids/ids-for-people.js";

/** The ids of one batch, and which of them have had a row. */
export interface AskedIds {
  /**
   * The place among those asked for of the id of a row; -1 when it was not asked for.
   *
   * @throws AnswerError `invalid-row` when it is no id; `duplicate-id` when it had a row before
   */
  placeOf(id: unknown): number;
  /** Whether each of them has had a row: 1 or 0. */
  readonly found: Uint8Array;
  /** Ids of rows that nobody had asked for: how many, and one of them. */
  strangers(): { readonly count: number; readonly example: Id | undefined };
}

const digits = /^-?\d{1,19}$/;

/** Begins to look which of some ids have rows. */
export function askedIds(ids: DatasetIds, kind: IdKind, table: string, idColumn: string): AskedIds {
  const asked = idsForPeople(ids) as readonly Id[];
  // Most databases answer in the order of the ids: then nothing has to be looked up.
  let next = 0;
  let places: ReadonlyMap<Id, number> | undefined;
  const lookUp = (id: Id): number | undefined => {
    places ??= placesOf(asked);
    return places.get(id);
  };
  const found = new Uint8Array(ids.length);
  let count = 0;
  let example: Id | undefined;
  return {
    found,
    placeOf(given) {
      const id = kind === "text" ? textId(given) : wholeId(given);
      if (id === undefined) {
        throw new AnswerError(
          "invalid-row",
          `A row of ${JSON.stringify(table)} has ${given === undefined ? "nothing" : shown(given)} in the id column ${JSON.stringify(idColumn)}, where ${kind === "text" ? "a text" : "a whole number of 64 bits"} must be. Correct the fetcher, or the option idColumn.`,
          { table, idColumn, id: given },
        );
      }
      const place = asked[next] === id ? next : lookUp(id);
      if (place === undefined) {
        count++;
        example ??= id;
        return -1;
      }
      if (found[place] === 1) {
        throw new AnswerError(
          "duplicate-id",
          `The fetcher answered with more than one row of ${JSON.stringify(table)} for the id ${shown(id)} of the column ${JSON.stringify(idColumn)}. Ids must be unique: correct the query, or the option idColumn.`,
          { table, idColumn, id },
        );
      }
      found[place] = 1;
      next = place + 1;
      return place;
    },
    strangers: () => ({ count, example }),
  };
}

function placesOf(ids: readonly Id[]): Map<Id, number> {
  return new Map(ids.map((id, place) => [id, place]));
}

/** Drivers give whole numbers as numbers, bigints, or text. */
function wholeId(given: unknown): Id | undefined {
  if (typeof given === "number") return Number.isSafeInteger(given) ? given + 0 : undefined;
  if (typeof given === "bigint") return idForPeople(given);
  if (typeof given === "string" && digits.test(given)) return idForPeople(BigInt(given));
  return undefined;
}

function textId(given: unknown): Id | undefined {
  if (typeof given === "string") return given;
  return typeof given === "bigint" || Number.isSafeInteger(given) ? String(given) : undefined;
}
