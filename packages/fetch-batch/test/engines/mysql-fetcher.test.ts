import { describeFetcher } from "./fetcher-contract.js";
import { mariadbEngine, mariadbUrl } from "./mariadb-engine.js";

describeFetcher("MariaDB, by mysql2", `MariaDB at ${mariadbUrl}`, mariadbEngine);
