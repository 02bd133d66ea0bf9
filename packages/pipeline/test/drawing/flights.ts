import { func, Pipeline } from "@larder/pipeline";

const load = func(
  { name: "load", inputs: ["source"], output: "flights", cache: true },
  ({ source }: { source: string }) => source.split(","),
);
const clean = func(
  { name: "clean", inputs: ["flights", "cap"], output: "cleaned", cache: true },
  ({ flights, cap }: { flights: readonly string[]; cap: number }) => flights.slice(0, cap),
);
const rank = func(
  { name: "rank", inputs: ["cleaned"], output: "ranking", cache: true },
  ({ cleaned }: { cleaned: readonly string[] }) => [...cleaned].sort(),
);
const print = func(
  { name: "print", inputs: ["ranking", "load"], output: "text" },
  ({ ranking, load }: { ranking: readonly string[]; load: number }) => `${ranking.join()} ${load}`,
);

const flights = new Pipeline([load, clean, rank], { name: "flights" });

/** A pipeline within a pipeline; an input has the name of a node. */
export const report = new Pipeline([flights.asNode({ output: "ranking" }), print], { name: "report" });
export const inputs = { source: "b,a,c", cap: 2, load: 1 };
