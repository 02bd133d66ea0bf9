import { Pipeline } from "@larder/pipeline";
import { airports } from "./airports.js";
import { clean } from "./clean.js";
import { delays } from "./delays.js";
import { join } from "./join.js";
import { load } from "./load.js";
import { ranking } from "./ranking.js";
import { summary } from "./summary.js";

/** From a file of flights to the slowest airports. Inputs: `source`, `airportsSource` (files), `minimumFlights`. */
export default new Pipeline([load, clean, delays, airports, join, ranking, summary], { name: "flights" });
