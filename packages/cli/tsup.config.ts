import { packageBuild } from "@larder/tooling/tsup";

const index = "src/index.ts";

// The program itself has no types to hand on.
export default Object.assign(packageBuild({ index, larder: "src/larder.ts" }), { dts: { entry: { index } } });
