import { existsSync } from "node:fs";
import { join } from "node:path";
import { contentDigest } from "./file-list.mjs";
import { runTool, toolEnvironment } from "./run-tool.mjs";
import { readStamp, removeStamp, writeStamp } from "./stamp.mjs";
import { UserError } from "./user-error.mjs";
import { workspacePackages } from "./workspace.mjs";

/** The pnpm that installs; fetched by npx, so that npm is all a machine needs. */
const pnpm = "pnpm@10.34.9";

/** Is everything installed that the lock file and the package.json files ask for? */
export function isInstalled(root) {
  return readStamp(root, "install").digest === wanted(root) && existsSync(join(root, "node_modules", ".modules.yaml"));
}

/** Installs what the lock file says. Throws a UserError with the output of pnpm when it fails. */
export async function install(root) {
  const first = !existsSync(join(root, "node_modules", ".modules.yaml"));
  process.stderr.write(first ? "Installing… (first time only, about a minute)\n" : "Installing what changed…\n");
  removeStamp(root, "install");
  const digest = wanted(root);
  // Purging an outdated node_modules would ask, and there may be nobody to answer.
  const args = ["--yes", pnpm, "install", "--frozen-lockfile", "--config.confirm-modules-purge=false"];
  const { ok, output, status } = await runTool("npx", args, { cwd: root, env: toolEnvironment(root) });
  if (!ok) {
    throw new UserError(
      `${output.trimEnd()}\n\nInstalling failed (npx ${args.slice(1).join(" ")}: ${status}). ` +
        "The output is above. The first time, npm's registry must be reachable. " +
        `When a package.json was changed, run \`npx ${pnpm} install\` to bring the lock file up to date.`,
    );
  }
  writeStamp(root, "install", { digest });
}

/** Takes what is installed for what the lock file says. */
export function stampInstall(root) {
  writeStamp(root, "install", { digest: wanted(root) });
}

function wanted(root) {
  const manifests = workspacePackages(root).map(({ path }) => join(path, "package.json"));
  const files = ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"].map((name) => join(root, name));
  // Native parts differ by platform: a folder copied from another machine is installed again.
  return `${process.platform}-${process.arch}-${contentDigest([...files, ...manifests])}`;
}
