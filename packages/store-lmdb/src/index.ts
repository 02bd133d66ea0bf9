// the backend

// what `check` reports
export type { CheckNote, CheckNoteKind, CheckProblem, CheckProblemKind } from "./check/check-problem.js";
export type { CheckOptions, CheckReport } from "./check/check-store.js";
export { type Durability, LmdbBackend, type LmdbBackendOptions } from "./lmdb-backend.js";
export type { ReviseRecord } from "./replace-blob.js";

// what a cache directory is

export { directoryFormat, directoryNames } from "./cache-directory.js";
export { refuseNetworkFileSystem } from "./network-file-system.js";
export { ownedFileName } from "./owned-file-name.js";
export { storeError } from "./store-error.js";

// the limit of size

export type { PolicyInForce } from "./space/adjust-policy.js";
export type { SpaceBudget } from "./space/space-budget.js";
export type { SpacePolicy } from "./space/space-policy.js";
