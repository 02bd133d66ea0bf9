import { expect } from "vitest";
import { openStore } from "../../src/open-store.js";
import { readSpaceTotals, recountSpace } from "../../src/space/space-account.js";

/** The account of a directory is what counting everything anew gives. */
export async function expectExactAccount(directory: string): Promise<void> {
  const { environment, xxhash, leave } = await openStore(directory, () => {});
  environment.refresh();
  expect(readSpaceTotals(environment.space, xxhash)).toEqual(recountSpace(environment, xxhash));
  await leave();
}
