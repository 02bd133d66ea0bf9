// The same rows in SQLite. Options: { file, rows }.

import { openSqlite } from "./open-sqlite.mjs";
import { cityOf, columns, countOf, delayOf, idOf, keyOf } from "./sample-rows.mjs";

async function main() {
  const { file, rows } = JSON.parse(process.argv[2]);
  const database = await openSqlite(file);
  database.pragma("journal_mode = OFF");
  database.pragma("synchronous = OFF");
  database.exec(`CREATE TABLE flights (id INTEGER PRIMARY KEY, ${columns.join(", ")})`);
  const insert = database.prepare("INSERT INTO flights VALUES (?, ?, ?, ?, ?)");
  database.transaction(() => {
    // In the order of the keys, as one would fill a large table.
    const ids = new Float64Array(rows).map((_, n) => idOf(n)).sort();
    for (const id of ids) insert.run(id, countOf(id), delayOf(id), cityOf(id), keyOf(id));
  })();
  database.close();
  console.log(JSON.stringify({ samples: {}, peakMegabytes: 0 }));
}

main();
