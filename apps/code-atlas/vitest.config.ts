import { packageTests } from "@larder/tooling/vitest";

// Tests start real processes, several at once: on a busy machine they take their time.
export default packageTests({ testTimeout: 300_000, hookTimeout: 240_000 });
