import { packageTests } from "@larder/tooling/vitest";

export default packageTests();
