import { fileURLToPath } from "node:url";

const data = new URL("../../node_modules/vega-datasets/data/", import.meta.url);

/** Three million flights, Parquet. */
export const flightsFile = fileURLToPath(new URL("flights-3m.parquet", data));

/** Every airport of the United States, CSV. */
export const airportsFile = fileURLToPath(new URL("airports.csv", data));
