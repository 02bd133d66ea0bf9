import { join } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "./user-error.mjs";
import { workspacePackages } from "./workspace.mjs";

/** Every package with a `faults` script: a vitest suite that breaks things on purpose. */
export function packagesWithFaults(root) {
  return workspacePackages(root).filter((one) => one.manifest.scripts?.faults);
}

/**
 * `npm run faults [-- --long --seed N]`: the command that runs the fault suites, one after the other. The suites learn
 * of the options through LARDER_FAULTS_LONG and LARDER_FAULTS_SEED.
 *
 * @returns {string[]} program and arguments
 */
export function faultSuites(root, args) {
  let values;
  try {
    ({ values } = parseArgs({ args: [...args], options: { long: { type: "boolean" }, seed: { type: "string" } } }));
  } catch (error) {
    throw new UserError(`${error.message} Usage: npm run faults [-- --long --seed N]`);
  }
  if (values.seed !== undefined && !/^\d+$/.test(values.seed)) {
    throw new UserError(`--seed takes a whole number, not "${values.seed}".`);
  }
  if (values.long) process.env.LARDER_FAULTS_LONG = "1";
  if (values.seed !== undefined) process.env.LARDER_FAULTS_SEED = values.seed;
  return [process.execPath, join(root, "tooling/setup/test.mjs"), "--only", "faults", "--show-output"];
}
