// `npm test [-- --only NAME,…]`: lint, build, types, every suite, the short fault suites. One line for each step; the
// output of a step only when it fails; the last line is `N passed, N failed, N skipped`.
import { fileURLToPath } from "node:url";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { skippedThoughAvailable } from "./reachable-resources.mjs";
import { testSteps } from "./test-steps.mjs";

const usage = `Usage: npm test [-- --only NAME,…] [-- --list]
  --only NAME,…   only these steps: a package by its folder (core, pipeline, demo, checks, examples),
                  or a kind (lint, build, types, suite, faults)
  --show-output   the output of the suites as it comes
  --list          the names of the steps
LARDER_REQUIRE_AVAILABLE=1: a test that is skipped although what it needs is there counts as failed.
`;

let interrupted = false;

async function main() {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true },
      "show-output": { type: "boolean" },
      list: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return say(usage);
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const all = testSteps(root, { live: values["show-output"] === true });
  if (values.list) return say(`${all.map(({ name }) => name).join("\n")}\n`);
  const steps = chosen(all, values.only?.flatMap((each) => each.split(",")) ?? []);

  const outcomes = await runSteps(steps);
  await report(outcomes);
}

function chosen(all, names) {
  if (names.length === 0) return all;
  const known = new Set(all.flatMap(({ name, kind }) => [name, kind]));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`No step is called ${unknown.join(", ")}. Known: ${[...known].join(", ")}.`);
  const picked = all.filter(({ name, kind }) => names.includes(name) || names.includes(kind));
  const needsBuild = picked.some((step) => step.needsBuild) && !picked.some(({ kind }) => kind === "build");
  return needsBuild ? [...all.filter(({ kind }) => kind === "build"), ...picked] : picked;
}

/** Two steps at a time, in order; what needs the build waits for it. */
async function runSteps(steps) {
  const outcomes = [];
  const waiting = [...steps];
  let tellBuilt = () => {};
  let building = steps.some(({ kind }) => kind === "build");
  const built = building ? new Promise((resolve) => (tellBuilt = resolve)) : undefined;
  const interrupt = () => {
    interrupted = true;
    waiting.length = 0;
  };
  // What runs is ended by whoever started it; nothing new begins.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, interrupt);
  const worker = async () => {
    while (waiting.length > 0) {
      const index = waiting.findIndex((step) => !building || !step.needsBuild);
      if (index < 0) {
        await built;
        continue;
      }
      const [step] = waiting.splice(index, 1);
      const started = performance.now();
      const outcome = await step.run();
      outcomes.push({ step, ...outcome });
      sayStep(step, outcome, (performance.now() - started) / 1000);
      if (step.kind === "build") {
        building = false;
        tellBuilt();
      }
    }
  };
  await Promise.all([worker(), worker()]);
  return outcomes;
}

function sayStep(step, outcome, seconds) {
  const failed = outcome.failures.length;
  const counts = [`${outcome.passed} passed`];
  if (failed > 0) counts.push(`${failed} failed`);
  if (outcome.skipped.length > 0) counts.push(`${outcome.skipped.length} skipped`);
  say(`${failed > 0 ? "✗" : "✓"} ${step.name.padEnd(24)} ${seconds.toFixed(1).padStart(6)} s  ${counts.join(", ")}\n`);
  if (failed > 0) say(`${outcome.output.trimEnd()}\n`);
}

async function report(outcomes) {
  const passed = sum(outcomes, ({ passed }) => passed);
  const skipped = outcomes.flatMap((each) =>
    each.skipped.map((one) => ({ ...one, name: `${each.step.name}: ${one.name}` })),
  );
  const failures = outcomes.flatMap((each) =>
    each.failures.map((one) => ({ ...one, name: `${each.step.name}: ${one.name}` })),
  );
  for (const { name, reason } of skipped) say(`SKIPPED ${name}\n        because: ${reason || "no reason given"}\n`);
  const unfounded = process.env.LARDER_REQUIRE_AVAILABLE === "1" ? await skippedThoughAvailable(skipped) : [];
  for (const { name, message } of [...failures, ...unfounded]) say(`FAILED  ${name}\n        ${indent(message)}\n`);
  const failed = failures.length + unfounded.length;
  if (interrupted) say("Interrupted: not every step was run.\n");
  say(`${passed} passed, ${failed} failed, ${skipped.length - unfounded.length} skipped\n`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
  if (interrupted) process.exitCode = 130;
}

const indent = (text) => text.trimEnd().split("\n").slice(0, 20).join("\n        ");
const sum = (list, value) => list.reduce((total, each) => total + value(each), 0);

/** Tools colour their output whether or not there is a terminal: without one, the colours are taken out. */
function say(text) {
  process.stdout.write(process.stdout.isTTY ? text : stripVTControlCharacters(text));
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
