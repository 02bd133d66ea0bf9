import { packageBuild } from "@larder/tooling/tsup";

export default packageBuild({ index: "src/index.ts", conformance: "src/conformance/index.ts" });
