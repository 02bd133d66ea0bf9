import { packageBuild } from "@larder/tooling/tsup";

// An application has no types to hand on: building them would only cost time.
export default Object.assign(
  packageBuild({
    atlas: "src/atlas.ts",
    extraction: "src/extraction/index.ts",
    "extraction-process": "src/pool/extraction-process.ts",
  }),
  { dts: false },
);
