import { randomUUID } from "node:crypto";

/** Begins a text that stands for a bigint while JSON is written or read. Nobody outside can know it, so nobody's text begins so. */
export const bigintMark = `bigint:${randomUUID()}:`;
