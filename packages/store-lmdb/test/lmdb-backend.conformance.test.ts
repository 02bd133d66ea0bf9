import { testBackend } from "@larder/core/conformance";
import { LmdbBackend } from "@larder/store-lmdb";
import { cacheDirectory } from "./temporary-directory.js";

const again = (backend: unknown) => new LmdbBackend({ directory: (backend as LmdbBackend).directory });

testBackend("LmdbBackend", () => new LmdbBackend({ directory: cacheDirectory() }), {
  capabilities: { entryIndex: true, persistent: true },
  mayClear: true,
  reopen: again,
  second: again,
});

testBackend(
  "LmdbBackend with every blob in a file",
  () => new LmdbBackend({ directory: cacheDirectory(), inlineLimitBytes: 0 }),
  {
    capabilities: { entryIndex: true, persistent: true },
    mayClear: true,
    reopen: again,
    second: again,
  },
);
