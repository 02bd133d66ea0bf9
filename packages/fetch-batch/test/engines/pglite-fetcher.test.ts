import { describeFetcher } from "./fetcher-contract.js";
import { pgliteEngine } from "./pglite-engine.js";

describeFetcher("PostgreSQL within the process, by PGlite", "PGlite", pgliteEngine);
