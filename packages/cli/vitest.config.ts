import { packageTests } from "@larder/tooling/vitest";

export default packageTests({ globalSetup: ["test/harness/bundle-larder.ts"] });
