import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const peers = createRequire(fileURLToPath(new URL("../../peers/package.json", import.meta.url)));

/** A database of better-sqlite3, which is one of `peers/`. */
export async function openSqlite(file, options = {}) {
  const Database = peers("better-sqlite3");
  return new Database(file, options);
}
