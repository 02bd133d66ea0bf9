// the backend

// what `check` reports
export type { CheckProblem, CheckProblemKind } from "./check-problem.js";
export type { CheckReport } from "./check-store.js";
export { type Durability, LmdbBackend, type LmdbBackendOptions } from "./lmdb-backend.js";
