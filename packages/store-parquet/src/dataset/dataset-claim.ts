import type { DatasetClaim, DatasetIds } from "@larder/core";
import { keySetOf } from "./append-batch.js";
import { claims } from "./claims/claim-ids.js";
import type { DatasetContext } from "./dataset-context.js";
import type { IdSet } from "./ids/id-set.js";
import { idsIn } from "./ids/make-id-set.js";
import { placesOfIds } from "./ids/places-of-ids.js";
import { keysOfTexts } from "./text-keys.js";

/** Claims ids. Where that fails, with a warning, all are the claimer's: a claim is only a hint. */
export async function claimOfDataset(
  context: DatasetContext,
  ids: DatasetIds,
  columns: readonly string[],
): Promise<DatasetClaim> {
  const { directory, table, settings } = context;
  const { clock, random } = settings;
  const keys = keySetOf(context, ids);
  const idsOf = idsByKeys(context, ids);
  try {
    const claimed = await claims(directory, { clock, random }).claim(keys, columns);
    return {
      mine: idsOf(claimed.mine),
      others: idsOf(claimed.others),
      othersMoved: (signal) => claimed.othersMoved(signal),
      async release() {
        await claimed.release().catch((cause: unknown) => {
          const message = `Ids of ${JSON.stringify(table)} could not be given back; others wait until this process ends.`;
          context.warn("claim-failed", message, { table, directory }, cause);
        });
      },
    };
  } catch (cause) {
    const message = `Ids of ${JSON.stringify(table)} could not be claimed, so that others may fetch them too.`;
    context.warn("claim-failed", message, { table, directory }, cause);
    return { mine: idsOf(keys), others: idsOf(undefined), othersMoved: async () => {}, release: async () => {} };
  }
}

/** Gives those of some ids that have certain keys. */
function idsByKeys({ textKey }: DatasetContext, ids: DatasetIds): (keys: IdSet | undefined) => DatasetIds {
  if (ids instanceof BigInt64Array) return (keys) => (keys ? idsIn(keys) : new BigInt64Array(0));
  const texts = [...new Set(ids)].sort();
  const own = keysOfTexts(texts, textKey);
  return (keys) => {
    if (!keys) return [];
    const places = placesOfIds(keys, own);
    return texts.filter((_, i) => places[i]! >= 0);
  };
}
