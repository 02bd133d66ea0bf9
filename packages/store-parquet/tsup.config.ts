import { packageBuild } from "@larder/tooling/tsup";

// The second is the program of the process that reads files of others; it stands beside the first, and nothing imports it.
export default packageBuild({ index: "src/index.ts", "foreign-child": "src/foreign/foreign-child.ts" });
