import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Installs what the benchmarks compare with into `peers/`, unless that was done. It is kept out of the workspace because some
 * of it is compiled, for minutes, which nobody wants who only uses or tests Larder.
 *
 * @throws Error with what npm said, when it could not be installed
 */
export function installPeers(): void {
  const folder = fileURLToPath(new URL("../peers/", import.meta.url));
  const lock = readFileSync(join(folder, "package-lock.json"), "utf8");
  const stamp = join(folder, "node_modules", ".installed");
  const wanted = `${process.versions.modules}\n${lock}`;
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  process.stderr.write(
    "Installing the stores to compare with; some are compiled, which takes minutes the first time …\n",
  );
  const { status, stdout, stderr } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--foreground-scripts"], {
    cwd: folder,
    encoding: "utf8",
    // Whatever called this may have set npm up for the workspace.
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_"))),
  });
  if (status !== 0) throw new Error(`The stores to compare with could not be installed:\n${stdout}${stderr}`);
  writeFileSync(stamp, wanted);
}
