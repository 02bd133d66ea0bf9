// `valueDigest` beside what one would do without it. Options: { value: "small" | "document" | "numbers", rounds }.
import { createHash } from "node:crypto";
import { valueDigest } from "@larder/core";
import { interleavedRounds } from "./interleaved-rounds.mjs";
import { printSamples } from "./print-samples.mjs";

const sha256 = (data) => createHash("sha256").update(data).digest("hex");

const values = {
  small: {
    operations: 2000,
    make: () => ({
      name: "flights",
      columns: ["delay", "distance"],
      from: 3,
      options: { header: true, text: "x".repeat(900) },
    }),
    peers: { "sha256 of JSON": (value) => sha256(JSON.stringify(value)) },
  },
  document: {
    operations: 2,
    make: () =>
      Array.from({ length: 10_000 }, (_, index) => ({
        id: index,
        name: `row ${index}`,
        ratio: index / 7,
        ok: index % 2 === 0,
      })),
    peers: { "sha256 of JSON": (value) => sha256(JSON.stringify(value)) },
  },
  numbers: {
    operations: 1,
    make: () => Float64Array.from({ length: 1_000_000 }, (_, index) => index * 1.5),
    peers: {
      "sha256 of JSON": (value) => sha256(JSON.stringify(Array.from(value))),
      "sha256 of its bytes": (value) => sha256(new Uint8Array(value.buffer)),
    },
  },
};

async function main() {
  const { value: kind, rounds } = JSON.parse(process.argv[2]);
  const { operations, make, peers } = values[kind];
  const value = make();
  const repeat = (digest) => () => {
    for (let index = 0; index < operations; index += 1) digest(value);
  };
  const contenders = { ours: repeat(valueDigest) };
  for (const [name, digest] of Object.entries(peers)) contenders[name] = repeat(digest);
  printSamples(await interleavedRounds(contenders, { rounds, operations }));
}

main();
