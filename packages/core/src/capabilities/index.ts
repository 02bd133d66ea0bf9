export * from "./backend-capabilities.js";
export * from "./blob-streams.js";
export * from "./counters.js";
export * from "./entry-index.js";
export * from "./leases.js";
export * from "./size-limit.js";
export * from "./tag-index.js";
export * from "./transactions.js";
