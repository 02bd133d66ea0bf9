import { LarderError } from "@larder/core";

/** Every error of this package, beside those of `@larder/core` that it passes on (`ColumnTypeError`, `CacheCorruptionError`). */
export class FetchBatchError extends LarderError {}
