export type { CheckProblem, CheckProblemKind, CheckReport, Durability } from "@larder/store-lmdb";
export { DiskCache, type DiskCacheOptions, defaultDirectory } from "./disk-cache.js";
