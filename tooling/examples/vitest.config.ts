import { packageTests } from "@larder/tooling/vitest";

// Two examples at a time: each is a process of its own.
export default packageTests({ maxConcurrency: 2, testTimeout: 120_000 });
