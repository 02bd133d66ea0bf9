import { describeFetcher } from "./fetcher-contract.js";
import { kyselyMariadb, kyselyPostgres, kyselySqlite } from "./kysely-engines.js";
import { mariadbUrl } from "./mariadb-engine.js";
import { postgresUrl } from "./postgres-engine.js";

describeFetcher("SQLite, by Kysely", "libsql", kyselySqlite, { roundsIntegers: true });
describeFetcher("PostgreSQL, by Kysely", `PostgreSQL at ${postgresUrl}`, kyselyPostgres);
describeFetcher("MariaDB, by Kysely", `MariaDB at ${mariadbUrl}`, kyselyMariadb);
