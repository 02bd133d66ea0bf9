import { packageTests } from "@larder/tooling/vitest";

// Each test starts real processes, several at once: on a busy machine they take their time.
export default packageTests({ testTimeout: 600_000, hookTimeout: 600_000 });
