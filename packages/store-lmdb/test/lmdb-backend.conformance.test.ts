import { testBackend } from "@larder/core/conformance";
import { LmdbBackend } from "@larder/store-lmdb";
import { cacheDirectory } from "./temporary-directory.js";

const again = (backend: unknown) => new LmdbBackend({ directory: (backend as LmdbBackend).directory });

const capabilities = {
  counters: true,
  entryIndex: true,
  leases: true,
  persistent: true,
  sizeLimit: true,
  streams: true,
  tags: true,
  transactions: true,
};

testBackend("LmdbBackend", () => new LmdbBackend({ directory: cacheDirectory() }), {
  capabilities,
  mayClear: true,
  reopen: again,
  second: again,
  withSizeLimit: (sizeLimitBytes, evictionPolicy) =>
    new LmdbBackend({ directory: cacheDirectory(), sizeLimitBytes, evictionPolicy }),
});

testBackend(
  "LmdbBackend with every blob in a file",
  () => new LmdbBackend({ directory: cacheDirectory(), inlineLimitBytes: 0 }),
  {
    capabilities,
    mayClear: true,
    reopen: again,
    second: again,
  },
);
