import { subtractIds } from "./combine-id-sets.js";
import { containersOfIds } from "./containers-of-ids.js";
import { areLoose, emptyIds, type IdSet, setOfContainers, setOfLoose } from "./id-set.js";
import { type IdSurvey, surveyIds, wordsOfIds } from "./id-words.js";
import { idsOfContainers } from "./ids-of-containers.js";
import { scatteredContainers } from "./scattered-containers.js";

/** The set of some ids, in any order; they may repeat. Fastest when they ascend. Nothing of `ids` is kept. */
export function idSetOf(ids: BigInt64Array): IdSet {
  return idsWithout(ids, emptyIds);
}

/** The set of some ids, in any order and maybe repeated, without those of `known`. */
export function idsWithout(ids: BigInt64Array, known: IdSet): IdSet {
  const words = wordsOfIds(ids);
  const survey = surveyIds(words);
  if (survey.ascending) return ascendingWithout(ids, survey, known);
  // What is loose has no containers at hand.
  const near = scatteredContainers(words, known.loose.length > 0 ? [] : known.containers);
  if (near !== undefined)
    return known.loose.length > 0 ? subtractIds(setOfContainers(near), known) : setOfContainers(near);
  const sorted = ids.slice().sort();
  return ascendingWithout(sorted, surveyIds(wordsOfIds(sorted)), known);
}

/** The ids of a set, ascending. */
export function idsIn(set: IdSet): BigInt64Array {
  return set.loose.length > 0 ? set.loose.slice() : idsOfContainers(set.containers, set.size);
}

/** Of ids that ascend, as a survey of them says; they may repeat. */
function ascendingWithout(ids: BigInt64Array, survey: IdSurvey, known: IdSet): IdSet {
  if (survey.distinct === 0) return emptyIds;
  if (areLoose(survey.distinct, survey.containers)) return subtractIds(looseOf(ids, survey.distinct), known);
  if (known.loose.length > 0) return subtractIds(setOfContainers(containersOfIds(ids)), known);
  return setOfContainers(containersOfIds(ids, known.containers));
}

/** The loose set of ids that ascend and may repeat. */
function looseOf(ids: BigInt64Array, distinct: number): IdSet {
  const loose = new BigInt64Array(distinct);
  const from = wordsOfIds(ids);
  const to = wordsOfIds(loose);
  let filled = 0;
  for (let at = 0; at < from.length; at += 2) {
    if (at > 0 && from[at] === from[at - 2] && from[at + 1] === from[at - 1]) continue;
    to[filled] = from[at]!;
    to[filled + 1] = from[at + 1]!;
    filled += 2;
  }
  return setOfLoose(loose);
}
