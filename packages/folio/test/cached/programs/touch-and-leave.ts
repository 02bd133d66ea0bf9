import { openFolioStore } from "../../../src/cached/open-folio-store.js";

// touch-and-leave.ts <directory>: counts, and leaves the store open.
const url = "s3://bucket/flights";
const store = await openFolioStore({ directory: process.argv[2]!, freeDiskFloorBytes: 0 });
const content = `sha256:${"0".repeat(64)}`;
const row = { name: "a", kind: "text" as const, file: "f", sizeBytes: 1, remoteChecksum: content, content };
const rest = { remoteVersion: undefined, updatedAt: undefined, updatedBy: undefined, cachedAt: 1, lastVerified: 1 };
await store.putItem(url, { ...row, ...rest });
store.touch(url, "a");
store.count(url, { hits: 1 });
console.log("counted");
