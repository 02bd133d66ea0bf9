/**
 * The part of a key that decides in which shard it is: what stands between the first `{` and the next `}`, when that is
 * not empty, else the whole key. So keys that share that part are in one shard. Source: the hash tags of Redis Cluster,
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
 */
export function shardPart(key: string): string {
  const open = key.indexOf("{");
  const close = open < 0 ? -1 : key.indexOf("}", open + 1);
  return close > open + 1 ? key.slice(open + 1, close) : key;
}
