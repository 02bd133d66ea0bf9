import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newFolder, removeFolder, startProcess } from "@larder/app-shared/testing";
import { afterAll, expect, it } from "vitest";

const folder = newFolder("built");
afterAll(() => removeFolder(folder));
const home = fileURLToPath(new URL("..", import.meta.url));
const entry = join(home, "dist", "demo.js");

/** Why the built runner says nothing of these sources; `undefined` when it does. */
function whyNotBuilt(): string | undefined {
  if (!existsSync(entry)) return "apps/demo is not built: npm test builds it first";
  const sources = readdirSync(join(home, "src"), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const newest = Math.max(...sources.map((name) => statSync(join(home, "src", name)).mtimeMs));
  return statSync(entry).mtimeMs < newest
    ? "apps/demo has changed since it was built: npm test builds it first"
    : undefined;
}

it("tells its story from the built packages as it does from the sources", async ({ skip }) => {
  const reason = whyNotBuilt();
  if (reason !== undefined) return skip(reason);
  const data = join(folder, "flights.csv");
  const flights = ["JFK", "BOS", "SEA", "SEA", "SEA", "SEA", "SEA"].map(
    (origin, index) => `2001-01-0${index + 1},${index * 10},500,${origin},DEN`,
  );
  // The last is between 12 and 24 hours late: the edit of act 4 decides about it. Acts 3 to 6 rank only Seattle.
  writeFileSync(data, ["date,delay,distance,origin,destination", ...flights, "2001-01-09,1000,500,SEA,DEN"].join("\n"));
  const args = [entry, "--json", "--data", data, "--input", "minimumFlights=1"];
  const { stdout, stderr, exitCode } = await startProcess(process.execPath, args, folder).finished;
  expect(exitCode, stderr).toBe(0);
  const { acts, answer } = JSON.parse(stdout);
  const decisions = acts.map((act: { nodes: { decision: string }[] }) =>
    act.nodes.map(({ decision }) => decision).join(" "),
  );
  expect(decisions).toEqual([
    "miss miss miss miss miss miss miss",
    "skipped skipped skipped skipped skipped skipped hit",
    "skipped skipped skipped skipped hit miss miss",
    "hit miss miss hit miss miss miss",
    "skipped skipped skipped skipped skipped skipped hit",
    "no-cache no-cache no-cache no-cache no-cache no-cache no-cache",
    "miss hit miss miss miss miss",
    "miss hit miss hit miss hit",
  ]);
  expect(answer.airports.map(({ iata }: { iata: string }) => iata)).toEqual(["SEA", "BOS", "JFK"]);
  expect(acts[3].reasons[0].because).toContain("longestDelayMinutes");
  expect(
    readdirSync(join(home, ".work")).filter(
      (name) => name.startsWith("demo-") && !existsSync(join(home, ".work", name, "owner")),
    ),
  ).toEqual([]);
});
