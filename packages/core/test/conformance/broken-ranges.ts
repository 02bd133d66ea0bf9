import { type BrokenBackend, broken, brokenBriefly } from "./broken-backend.js";

const between = "keys() with from and before lists the keys between, the first bound included";
const reversed = "keys() in reverse lists the keys of a range in descending order";
const limited = "keys() with a limit lists so many from the beginning of the range, and none with 0";

/** Backends that list other keys than those of the range. */
export const brokenRanges: readonly BrokenBackend[] = [
  brokenBriefly("leaves out the key that a range begins with", between, ({ cut }) => ({
    cut: (keys, range) => cut(keys, range).filter((key) => key !== range.from),
  })),
  brokenBriefly("lists the key that a range ends before", between, ({ cut }) => ({
    cut: (keys, { before, ...range }) => cut(keys, before === undefined ? range : { ...range, before: `${before}\0` }),
  })),
  broken("lists keys beyond the end of a range", between, ({ cut }) => ({
    cut: (keys, { before: _, ...range }) => cut(keys, range),
  })),
  broken("lists keys from before a range", between, ({ cut }) => ({
    cut: (keys, { from: _, ...range }) => cut(keys, range),
  })),
  broken("holds keys against bounds in the order of UTF-16", between, () => ({
    cut: (keys, { from = "", before, reverse, limit }) => {
      const inside = keys.filter((key) => key >= from && (before === undefined || key < before));
      return (reverse === true ? inside.reverse() : inside).slice(0, limit);
    },
  })),
  brokenBriefly("lists in ascending order whatever is asked for", reversed, ({ cut }) => ({
    cut: (keys, { reverse: _, ...range }) => cut(keys, range),
  })),
  broken("begins a range in reverse one key late", reversed, ({ cut }) => ({
    cut: (keys, range) => cut(keys, range).slice(range.reverse === true ? 1 : 0),
  })),
  brokenBriefly("takes a limit of 0 for none", limited, ({ cut }) => ({
    cut: (keys, { limit, ...range }) => cut(keys, limit === 0 || limit === undefined ? range : { ...range, limit }),
  })),
  brokenBriefly("limits before it reverses", limited, ({ cut }) => ({
    cut: (keys, { reverse, ...range }) => (reverse === true ? cut(keys, range).reverse() : cut(keys, range)),
  })),
  broken(
    "ignores the prefix when it has other bounds",
    "bounds of a range that are given together all hold",
    (parts) => {
      let prefix = "";
      return {
        list(keys, wanted) {
          prefix = wanted;
          return parts.list(keys, wanted);
        },
        cut(keys, range) {
          if (range.from === undefined || range.before === undefined) return parts.cut(keys, range);
          const all = parts.list([...parts.blobs.keys()], prefix.split("/").slice(0, 3).join("/"));
          return parts.cut(all, range);
        },
      };
    },
  ),
  broken("orders long keys by their beginning", "long keys stand in their place in a range", ({ list, cut }) => ({
    list: (keys, prefix) => list(keys.slice(), prefix).sort((a, b) => Buffer.compare(begin(a), begin(b))),
    cut: (keys, { from, before, ...range }) =>
      cut(keys, {
        ...range,
        ...(from !== undefined && { from: begin(from).toString() }),
        ...(before !== undefined && { before: begin(before).toString() }),
      }),
  })),
  broken(
    "lists no more than a thousand keys",
    "a long list is whole in both directions, and a listing may be left early",
    ({ list }) => ({ list: (keys, prefix) => list(keys, prefix).slice(0, 1000) }),
  ),
  broken(
    "lists the last key of each page twice",
    "a long list is whole in both directions, and a listing may be left early",
    ({ list }) => ({
      list: (keys, prefix) => list(keys, prefix).flatMap((key, i) => (i % 500 === 499 ? [key, key] : [key])),
    }),
  ),
];

function begin(key: string): Buffer {
  return Buffer.from(key).subarray(0, 1900);
}
