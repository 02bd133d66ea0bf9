import { packageBuild } from "@larder/tooling/tsup";

// `worker` is the program of worker threads; it stands beside the others, and nothing imports it.
export default packageBuild({ index: "src/index.ts", drawing: "src/drawing/index.ts", worker: "src/worker.ts" });
