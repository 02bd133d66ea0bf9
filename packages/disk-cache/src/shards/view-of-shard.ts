import { LarderError, shardPart, type TransactionView } from "@larder/core";

/** A transaction's view that refuses the keys of other shards, instead of showing them absent or putting them astray. */
export function viewOfShard(
  view: TransactionView,
  isHere: (key: string) => boolean,
  given: string | undefined,
): TransactionView {
  const check = (key: string) => {
    if (!isHere(key)) throw wrongShard(key, given);
  };
  return {
    record(key) {
      check(key);
      return view.record(key);
    },
    get(key) {
      check(key);
      return view.get(key);
    },
    set(key, blob) {
      check(key);
      view.set(key, blob);
    },
    setRecord(key, record) {
      check(key);
      return view.setRecord(key, record);
    },
    delete(key) {
      check(key);
      return view.delete(key);
    },
    keys: (range) => view.keys(range),
  };
}

function wrongShard(key: string, given: string | undefined): LarderError {
  const where =
    given === undefined
      ? "a transaction of a cache in shards needs to be told one of its keys"
      : `the transaction runs in the shard of '${given}'`;
  return new LarderError(
    `The key '${key}' is in another shard: ${where}, and all its keys must be in one shard. Pass { key }, and give keys that belong together the same part in braces, as in '{${shardPart(given ?? key).slice(0, 40)}}/1'.`,
    { code: "wrong-shard", facts: { key, given } },
  );
}
