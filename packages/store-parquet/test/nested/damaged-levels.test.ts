import { bytesSource, LarderError } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { type CraftedLeaf, craftedFile, type Entry, group, leafElement } from "./crafted-file.js";

const oneList = [group("l", "OPTIONAL", 1, "LIST"), group("list", "REPEATED", 1), leafElement("element", "OPTIONAL")];

const listOf = (entries: Entry[]): CraftedLeaf => ({
  path: ["l", "list", "element"],
  maxRepetition: 1,
  maxDefinition: 3,
  pages: [entries],
});

const lists = [
  group("l", "OPTIONAL", 1, "LIST"),
  group("list", "REPEATED", 1),
  group("element", "OPTIONAL", 1, "LIST"),
  group("list", "REPEATED", 1),
  leafElement("element", "OPTIONAL"),
];

const listsOf = (entries: Entry[]): CraftedLeaf => ({
  path: ["l", "list", "element", "list", "element"],
  maxRepetition: 2,
  maxDefinition: 5,
  pages: [entries],
});

const struct = [group("s", "OPTIONAL", 2), leafElement("a", "OPTIONAL"), leafElement("b", "OPTIONAL")];

const structOf = (a: Entry[], b: Entry[]): CraftedLeaf[] => [
  { path: ["s", "a"], maxRepetition: 0, maxDefinition: 2, pages: [a] },
  { path: ["s", "b"], maxRepetition: 0, maxDefinition: 2, pages: [b] },
];

const map = [
  group("m", "OPTIONAL", 1, "MAP"),
  group("key_value", "REPEATED", 2),
  leafElement("key", "REQUIRED"),
  leafElement("value", "REQUIRED"),
];

const mapOf = (keys: Entry[], values: Entry[]): CraftedLeaf[] => [
  { path: ["m", "key_value", "key"], maxRepetition: 1, maxDefinition: 2, pages: [keys] },
  { path: ["m", "key_value", "value"], maxRepetition: 1, maxDefinition: 2, pages: [values] },
];

describe("levels that contradict each other are noticed", () => {
  const damaged: [string, typeof oneList, CraftedLeaf[], number][] = [
    [
      "a column that begins within a list",
      oneList,
      [
        listOf([
          [1, 3, 1],
          [0, 3, 2],
        ]),
      ],
      1,
    ],
    [
      "a null list that goes on",
      oneList,
      [
        listOf([
          [0, 0],
          [1, 3, 2],
        ]),
      ],
      1,
    ],
    [
      "an empty list that goes on",
      oneList,
      [
        listOf([
          [0, 1],
          [1, 3, 2],
        ]),
      ],
      1,
    ],
    [
      "a list that goes on with nothing",
      oneList,
      [
        listOf([
          [0, 3, 1],
          [1, 1],
        ]),
      ],
      1,
    ],
    [
      "an inner list that goes on though it is empty",
      lists,
      [
        listsOf([
          [0, 5, 1],
          [1, 3],
          [2, 5, 2],
        ]),
      ],
      1,
    ],
    [
      "more rows than the group has",
      oneList,
      [
        listOf([
          [0, 3, 1],
          [0, 3, 2],
        ]),
      ],
      1,
    ],
    [
      "fewer rows than the group has",
      oneList,
      [
        listOf([
          [0, 3, 1],
          [1, 3, 2],
        ]),
      ],
      2,
    ],
    [
      "a struct that is null by one field alone",
      struct,
      structOf(
        [
          [0, 0],
          [0, 2, 5],
        ],
        [
          [0, 1],
          [0, 2, 6],
        ],
      ),
      2,
    ],
    [
      "a map with more keys than values",
      map,
      mapOf(
        [
          [0, 2, 1],
          [1, 2, 2],
        ],
        [[0, 2, 1]],
      ),
      1,
    ],
    [
      "a map whose keys and values are cut into other maps",
      map,
      mapOf(
        [
          [0, 2],
          [1, 2],
          [0, 2],
        ],
        [
          [0, 2],
          [0, 2],
          [1, 2],
        ],
      ),
      2,
    ],
    ["a map that is null by its values, empty by its keys", map, mapOf([[0, 1]], [[0, 0]]), 1],
  ];
  test.each(damaged)("%s", async (_, elements, leaves, rows) => {
    const file = await craftedFile(elements, leaves, rows);
    const error = await openParquet(bytesSource(file))
      .scan()
      .toArrow()
      .catch((caught: unknown) => caught);
    expect(LarderError.isInstance(error, "damaged-parquet")).toBe(true);
  });

  test("a list of a fixed size that has another size", async () => {
    for (const listSize of [1, 3]) {
      const entries = [
        [0, 3, 1],
        [1, 3, 2],
        [0, 3, 3],
        [1, 3, 4],
      ] as Entry[];
      const type = new arrow.FixedSizeList(listSize, new arrow.Field("element", new arrow.Int32(), true));
      const file = await craftedFile(oneList, [listOf(entries)], 2, new arrow.Field("l", type, true));
      const error = await openParquet(bytesSource(file))
        .scan()
        .toArrow()
        .catch((caught: unknown) => caught);
      expect(LarderError.isInstance(error, "damaged-parquet")).toBe(true);
    }
    const type = new arrow.FixedSizeList(2, new arrow.Field("element", new arrow.Int32(), true));
    for (const empty of [
      [0, 0],
      [0, 1],
    ] as Entry[]) {
      const file = await craftedFile(
        oneList,
        [listOf([[0, 3, 1], [1, 3, 2], empty])],
        2,
        new arrow.Field("l", type, true),
      );
      const found = openParquet(bytesSource(file)).scan().toArrow();
      // A null has no elements; a list that is there and empty has too few.
      if (empty[1] === 0) expect((await found).getChild("l")!.get(1)).toBeNull();
      else await expect(found).rejects.toMatchObject({ code: "damaged-parquet" });
    }
  });

  test("any flipped bit of a file gives an error, or a table: never a crash of another kind", async () => {
    const field = new arrow.Field("item", new arrow.Int32(), true);
    const type = new arrow.Struct([
      new arrow.Field("l", new arrow.List(field), true),
      new arrow.Field("f", new arrow.FixedSizeList(2, field), true),
    ]);
    const rows = Array.from({ length: 40 }, (_, i) =>
      i % 7 === 0 ? null : { l: i % 5 === 0 ? null : [i, null].slice(0, i % 3), f: i % 3 === 0 ? null : [i, i] },
    );
    const { bytes } = await encodeParquet(new arrow.Table({ s: arrow.vectorFromArray(rows, type) }));
    const outcomes = { same: 0, refused: 0 };
    for (let bit = 0; bit < bytes.byteLength * 8; bit += 11) {
      const copy = new Uint8Array(bytes);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      try {
        const table = await openParquet(bytesSource(copy)).scan().toArrow();
        for (const row of table.toArray()) row?.toJSON();
        outcomes.same++;
      } catch (error) {
        if (!LarderError.isInstance(error)) throw error;
        outcomes.refused++;
      }
    }
    expect(outcomes.refused).toBeGreaterThan(50);
  }, 60_000);
});
