import { describeFetcher } from "./fetcher-contract.js";
import { openLibsql, sqliteEngine } from "./sqlite-engine.js";

describeFetcher("SQLite, by libsql", "libsql", async () => sqliteEngine(openLibsql()));
