import { packageBuild } from "@larder/tooling/tsup";

// Of applications alone, which read its types from the sources.
export default Object.assign(packageBuild({ index: "src/index.ts" }), { dts: false });
