// Run in a process of its own: prints the digests of values made from consecutive seeds.
import { valueDigest } from "@larder/core";
import { seededValue } from "./seeded-values.js";

const [seed, count] = process.argv.slice(2).map(Number) as [number, number];
const digests = Array.from({ length: count }, (_, index) => valueDigest(seededValue({ seed: seed + index, size: 60 })));
console.log(JSON.stringify(digests));
