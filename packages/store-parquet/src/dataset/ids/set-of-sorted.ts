import { containersOfIds } from "./containers-of-ids.js";
import { areLoose, emptyIds, type IdSet, setOfContainers, setOfLoose } from "./id-set.js";
import { surveyIds, wordsOfIds } from "./id-words.js";

/** The set of ids that ascend, each there once. `ids` may be kept, and must not be changed any more. */
export function setOfSorted(ids: BigInt64Array): IdSet {
  if (ids.length === 0) return emptyIds;
  const { containers } = surveyIds(wordsOfIds(ids));
  return areLoose(ids.length, containers) ? setOfLoose(ids) : setOfContainers(containersOfIds(ids));
}
