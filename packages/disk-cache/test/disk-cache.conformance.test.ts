import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testBackend } from "@larder/core/conformance";
import { DiskCache } from "@larder/disk-cache";
import { afterAll } from "vitest";

const parent = mkdtempSync(join(tmpdir(), "larder-disk-"));
let made = 0;

const again = (backend: unknown) => new DiskCache({ directory: (backend as DiskCache).directory });

testBackend("DiskCache", () => new DiskCache({ directory: join(parent, String(made++)) }), {
  capabilities: {
    entryIndex: true,
    persistent: true,
    tags: true,
    leases: true,
    transactions: true,
    counters: true,
    streams: true,
    sizeLimit: true,
  },
  mayClear: true,
  reopen: again,
  second: again,
});

afterAll(() => rmSync(parent, { recursive: true, force: true }));
