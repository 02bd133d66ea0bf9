import { packageTests } from "@larder/tooling/vitest";

// One file, minutes long with --long; `npm run faults` runs it.
export default packageTests({ include: ["test/**/*.faults.ts"], testTimeout: 600_000 });
