/**
 * How often a property runs and from which seed: with `LARDER_FAULTS_LONG=1` in the environment 20 times as often, with `LARDER_FAULTS_SEED`
 * from that one. fast-check prints the seed of a failure.
 */
export function runs(numRuns: number, seed: number): { numRuns: number; seed: number } {
  const { LARDER_FAULTS_LONG: long, LARDER_FAULTS_SEED: given } = process.env;
  return { numRuns: long === "1" ? numRuns * 20 : numRuns, seed: Number(given ?? seed) };
}
