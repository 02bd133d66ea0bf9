/**
 * Times contenders in one process, in turn, round after round, the first rounds not counted.
 *
 * @param {Record<string, (round: number) => void | Promise<void>>} contenders - each does `operations` operations a round
 * @param {{ rounds: number, operations: number }} options
 * @returns {Promise<Record<string, number[]>>} microseconds per operation, by contender
 */
export async function interleavedRounds(contenders, { rounds, operations }) {
  const warmup = 2;
  const samples = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < rounds + warmup; round += 1) {
    for (const [name, work] of Object.entries(contenders)) {
      globalThis.gc?.();
      const started = performance.now();
      await work(round);
      const microseconds = ((performance.now() - started) * 1000) / operations;
      if (round >= warmup) samples[name].push(microseconds);
    }
  }
  return samples;
}
