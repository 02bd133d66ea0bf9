import { describeFetcher } from "./fetcher-contract.js";
import { postgresEngine, postgresUrl } from "./postgres-engine.js";

describeFetcher("PostgreSQL, by pg", `PostgreSQL at ${postgresUrl}`, postgresEngine);
