import { packageBuild } from "@larder/tooling/tsup";

// An application has no types to hand on: building them would only cost time.
export default Object.assign(
  packageBuild({ demo: "src/demo.ts", act: "src/act.ts", "folio-server": "src/folio/folio-server.ts" }),
  { dts: false },
);
