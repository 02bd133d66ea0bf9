import { isOfThisBoot, type OwnerState, ownerState, uniqueNameOfProcess } from "@larder/core";

const namePattern = /^(.*)-[0-9a-f]{16}(\.[a-z]+)$/;

/** A file name that nobody else uses and that tells which process made it. */
export function ownedFileName(suffix: `.${string}`): string {
  return `${uniqueNameOfProcess()}${suffix}`;
}

/** What is known of the owner of a file with such a name; `undefined` when the name is not one of ours. */
export function ownerOf(fileName: string): { state: OwnerState; sameBoot: boolean; suffix: string } | undefined {
  const [, owner = "", suffix = ""] = namePattern.exec(fileName) ?? [];
  const state = ownerState(owner);
  return state && { state, sameBoot: isOfThisBoot(owner), suffix };
}
