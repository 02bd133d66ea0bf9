import { LarderError } from "@larder/core";
import type { AddOptions } from "../folio.js";
import { checkItemName } from "../manifest/check-item-name.js";
import { checksumAlgorithms, isChecksumAlgorithm } from "../manifest/checksum-format.js";
import { itemKinds } from "../manifest/parse-item.js";
import { invalidAddOption } from "./invalid-add-option.js";
import { checkReference } from "./reference-address.js";

const longestText = 10_000;

/**
 * Checks the name and the options of an item to be added, before anything is read or sent.
 *
 * @throws LarderError `invalid-item-name`, `invalid-option`, `invalid-reference`
 */
export function checkAddOptions(name: string, value: unknown, options: AddOptions): void {
  const problem = typeof name === "string" ? checkItemName(name) : "is no text";
  if (problem !== undefined) {
    throw new LarderError(
      `The item can't be added: its name ${problem}. Any Unicode text of 1 to 1,024 bytes is a name.`,
      {
        code: "invalid-item-name",
        facts: { problem },
      },
    );
  }
  const { kind, checksumAlgorithm, description, updatedBy, asReference } = options;
  if (kind !== undefined && !itemKinds.includes(kind)) throw invalidAddOption("kind", `one of ${itemKinds.join(", ")}`);
  if (checksumAlgorithm !== undefined && !isChecksumAlgorithm(checksumAlgorithm)) {
    throw invalidAddOption("checksumAlgorithm", `one of ${checksumAlgorithms.join(", ")}`);
  }
  checkText("description", description);
  checkText("updatedBy", updatedBy);
  if (asReference !== undefined) checkReference(name, asReference);
  if (value === undefined && asReference === undefined) {
    throw new LarderError(
      `The item ${JSON.stringify(name)} has no value. Give one, or with 'asReference' the address of data that are elsewhere.`,
      { code: "missing-value", facts: { item: name } },
    );
  }
}

function checkText(name: string, value: unknown): void {
  if (value === undefined || (typeof value === "string" && value.length <= longestText && value.isWellFormed())) return;
  throw invalidAddOption(name, `text of at most ${longestText} characters`);
}
