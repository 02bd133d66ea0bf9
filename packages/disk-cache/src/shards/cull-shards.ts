import type { SizeLimit } from "@larder/core";

/**
 * Evicts until all shards together take up at most `targetBytes`. Each gives in proportion to what it holds, for keys are
 * spread evenly, and ranks of different shards can't be compared; where one can't, as its entries are pinned, the others
 * give more. Without a target, what has expired for good goes.
 *
 * @returns how many blobs went
 */
export async function cullShards(shards: readonly SizeLimit[], targetBytes: number | undefined): Promise<number> {
  if (targetBytes === undefined) {
    const counts = await Promise.all(shards.map((shard) => shard.cull()));
    return counts.reduce((total, count) => total + count, 0);
  }
  let culled = 0;
  const stuck = new Set<SizeLimit>();
  for (;;) {
    const sizes = await Promise.all(
      shards.map(async (shard) => ({ shard, sizeBytes: (await shard.volume()).sizeBytes })),
    );
    const willing = sizes.filter(({ shard }) => !stuck.has(shard));
    const total = sizes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const movable = willing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const over = total - targetBytes;
    if ((over <= 0 && culled > 0) || movable === 0) return culled;
    for (const { shard, sizeBytes } of willing) {
      const share = over <= 0 ? 0 : Math.ceil((over * sizeBytes) / movable);
      const target = Math.max(0, sizeBytes - share);
      culled += await shard.cull(target);
      if ((await shard.volume()).sizeBytes > target) stuck.add(shard);
    }
    if (over <= 0) return culled;
  }
}
