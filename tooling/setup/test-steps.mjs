import { build, isBuilt } from "./build.mjs";
import { packagesWithFaults } from "./fault-suites.mjs";
import { runSuite } from "./run-suite.mjs";
import { runTool, toolEnvironment } from "./run-tool.mjs";
import { withSetupLock } from "./setup-lock.mjs";
import { workspacePackages } from "./workspace.mjs";

/** Suites that take ten minutes and more, the longest first. */
const longest = ["store-parquet", "demo", "folio"];

/**
 * Everything `npm test` runs, in order. A step has a name to choose it by, waits for the build or not, and gives
 * counts: a check that is no vitest suite counts as one test.
 *
 * @typedef {{ name: string, kind: "lint" | "build" | "types" | "suite" | "faults", needsBuild: boolean,
 *   run: () => Promise<StepOutcome> }} Step
 * @typedef {{ passed: number, failures: { name: string, message: string }[],
 *   skipped: { name: string, reason: string }[], output: string }} StepOutcome
 *
 * @param {string} root
 * @param {{ live: boolean }} options
 * @returns {Step[]}
 */
export function testSteps(root, { live }) {
  const packages = workspacePackages(root);
  const short = (one) => one.folder.split("/")[1];
  const lint = {
    name: "lint",
    kind: "lint",
    needsBuild: false,
    run: () => check(root, root, "biome", ["ci", "--colors=off", "."]),
  };
  const types = packages
    .filter((one) => one.manifest.scripts?.types)
    .map((one) => ({
      name: `types ${short(one)}`,
      kind: "types",
      needsBuild: false,
      run: () => check(root, one.path, "tsc", ["--noEmit"]),
    }));
  const suites = packages
    .filter((one) => one.manifest.scripts?.test)
    .map((one) => ({
      name: short(one),
      kind: "suite",
      // The demo and the benchmarks run what is built, and the checks pack it. The others run on the sources.
      needsBuild: one.folder.startsWith("apps/") || ["tooling/bench", "tooling/checks"].includes(one.folder),
      run: () => runSuite({ root, path: one.path, script: one.manifest.scripts.test, live }),
    }));
  const faults = packagesWithFaults(root).map((one) => ({
    name: `faults ${short(one)}`,
    kind: "faults",
    needsBuild: true,
    run: () => runSuite({ root, path: one.path, script: one.manifest.scripts.faults, live }),
  }));
  const built = { name: "build", kind: "build", needsBuild: false, run: () => buildStep(root) };
  // The long ones first: two run at a time, and the last to end decides.
  const rank = (step) =>
    longest.includes(step.name) ? longest.indexOf(step.name) : longest.length + (step.needsBuild ? 0 : 1);
  return [built, lint, ...[...suites, ...faults].sort((a, b) => rank(a) - rank(b)), ...types];
}

async function buildStep(root) {
  try {
    await withSetupLock(root, async () => {
      if (!isBuilt(root)) await build(root);
    });
    return { passed: 1, failures: [], skipped: [], output: "" };
  } catch (error) {
    return { passed: 0, failures: [{ name: "build", message: "failed" }], skipped: [], output: error.message };
  }
}

async function check(root, cwd, tool, args) {
  const { ok, output, status } = await runTool(tool, args, { cwd, env: toolEnvironment(root), timeLimitMs: 600_000 });
  const failures = ok ? [] : [{ name: `${tool} ${args.join(" ")}`, message: status }];
  return { passed: ok ? 1 : 0, failures, skipped: [], output };
}
