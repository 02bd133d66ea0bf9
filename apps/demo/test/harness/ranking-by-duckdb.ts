import { DuckDBInstance } from "@duckdb/node-api";

/** One airport as DuckDB ranks it. */
export interface AirportByDuckDb {
  readonly iata: string;
  readonly name: string;
  readonly city: string;
  readonly state: string;
  readonly flights: number;
  readonly meanDelayMinutes: number;
  readonly worstMonth: string;
  readonly worstMonthDelayMinutes: number;
}

/** The demo's question asked of the same files in SQL: an answer that shares no code with the pipeline. */
export async function rankingByDuckDb(options: {
  readonly flights: string;
  readonly airports: string;
  readonly longestDelayMinutes: number;
  readonly minimumFlights: number;
}): Promise<AirportByDuckDb[]> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const sql = (path: string) => `'${path.replaceAll("'", "''")}'`;
  const reader = await connection.runAndReadAll(`
    WITH kept AS (
      SELECT origin, strftime(date, '%Y-%m') AS month, delay FROM ${sql(options.flights)}
      WHERE abs(delay) <= ${options.longestDelayMinutes} AND origin <> destination
    ), months AS (
      SELECT origin, month, count(*) AS flights, avg(delay) AS mean FROM kept GROUP BY ALL HAVING count(*) >= 30
    ), worst AS (
      SELECT origin, arg_max(month, mean) AS month, max(mean) AS mean FROM months GROUP BY origin
    ), ranked AS (
      SELECT origin, count(*)::INTEGER AS flights, avg(delay) AS mean FROM kept GROUP BY origin
      HAVING count(*) >= ${options.minimumFlights} ORDER BY mean DESC, origin LIMIT 10
    )
    SELECT ranked.origin AS iata, airports.name, city, state, ranked.flights AS flights, ranked.mean AS "meanDelayMinutes",
      worst.month AS "worstMonth", worst.mean AS "worstMonthDelayMinutes"
    FROM ranked JOIN worst USING (origin) JOIN read_csv(${sql(options.airports)}) AS airports ON airports.iata = ranked.origin
    ORDER BY ranked.mean DESC, ranked.origin`);
  const rows = reader.getRowObjectsJson() as unknown as AirportByDuckDb[];
  connection.closeSync();
  instance.closeSync();
  return rows;
}
