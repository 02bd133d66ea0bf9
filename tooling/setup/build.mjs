import { existsSync } from "node:fs";
import { join } from "node:path";
import { contentDigest, listFiles, statDigest } from "./file-list.mjs";
import { runTool, toolEnvironment } from "./run-tool.mjs";
import { readStamp, removeStamp, writeStamp } from "./stamp.mjs";
import { UserError } from "./user-error.mjs";
import { builtPackages } from "./workspace.mjs";

/**
 * Is everything built from the sources as they are now? Looks at names, sizes and times; reads the sources only when
 * those differ. What was built is looked at as well: a folder `dist` that somebody changed or removed is built again.
 */
export function isBuilt(root) {
  const stamp = readStamp(root, "build");
  if (stamp.content === undefined || stamp.output !== outputDigest(root)) return false;
  const files = sourceFiles(root);
  const stat = statDigest(files);
  if (stamp.stat === stat) return true;
  if (stamp.content !== contentDigest(files)) return false;
  writeStamp(root, "build", { ...stamp, stat });
  return true;
}

/** Builds every package whose sources changed. Throws a UserError with the tools' output when one fails. */
export async function build(root) {
  process.stderr.write("Building what changed…\n");
  removeStamp(root, "build");
  const files = sourceFiles(root);
  const [stat, content] = [statDigest(files), contentDigest(files)];
  const args = ["run", "build", "--output-logs=errors-only", "--concurrency=2", "--log-order=grouped"];
  // The pnpm that turbo calls is the one in node_modules, so that npm is all a machine needs.
  const { ok, output, status } = await runTool("turbo", args, { cwd: root, env: toolEnvironment(root) });
  if (!ok) throw new UserError(`${output.trimEnd()}\n\nBuilding failed (turbo ${args.join(" ")}: ${status}).`);
  const missing = builtPackages(root).filter(({ path }) => !existsSync(join(path, "dist")));
  if (missing.length > 0) {
    throw new UserError(`${output}\n\nNothing was built in ${missing.map(({ folder }) => folder).join(", ")}.`);
  }
  writeStamp(root, "build", { stat, content, output: outputDigest(root) });
}

/** Takes what lies in `dist` for built from the sources as they are. */
export function stampBuild(root) {
  const files = sourceFiles(root);
  writeStamp(root, "build", { stat: statDigest(files), content: contentDigest(files), output: outputDigest(root) });
}

function sourceFiles(root) {
  const inPackages = builtPackages(root).flatMap(({ path }) =>
    ["src", "package.json", "tsconfig.json", "tsup.config.ts"].map((name) => join(path, name)),
  );
  const shared = ["tooling/config", "pnpm-lock.yaml", "turbo.json"].map((name) => join(root, name));
  return listFiles([...inPackages, ...shared]);
}

function outputDigest(root) {
  const folders = builtPackages(root).map(({ path }) => join(path, "dist"));
  if (!folders.every((folder) => existsSync(folder))) return "missing";
  return statDigest(listFiles(folders));
}
