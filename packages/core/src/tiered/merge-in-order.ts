/**
 * Several ordered sequences as one, for backends made of backends. All are closed when the consumer stops.
 *
 * @param compare - as for `Array.sort`; each sequence must be in its order
 * @param combine - makes one of two that compare equal; default: the first
 */
export async function* mergeInOrder<Item>(
  sequences: readonly AsyncIterable<Item>[],
  compare: (one: Item, other: Item) => number,
  combine: (one: Item, other: Item) => Item = (one) => one,
): AsyncGenerator<Item> {
  const iterators = sequences.map((sequence) => sequence[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(iterators.map((iterator) => iterator.next()));
    for (;;) {
      let least: Item | undefined;
      let any = false;
      for (const head of heads) {
        if (head.done === true) continue;
        if (!any || compare(head.value, least as Item) < 0) least = head.value;
        any = true;
      }
      if (!any) return;
      let combined = least as Item;
      for (const [i, head] of heads.entries()) {
        if (head.done === true || compare(head.value, least as Item) !== 0) continue;
        if (head.value !== least) combined = combine(combined, head.value);
        heads[i] = await iterators[i]!.next();
      }
      yield combined;
    }
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}
