// Makes a cache of so many entries in a directory.
import { Cache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";

const { directory, entries } = JSON.parse(process.argv[2]);
const cache = new Cache({ backend: new DiskCache({ directory }) });
await cache.setMany(Array.from({ length: entries }, (_, entry) => [`entry-${entry}`, { entry }]));
await cache.close();
console.log(JSON.stringify({ entries }));
