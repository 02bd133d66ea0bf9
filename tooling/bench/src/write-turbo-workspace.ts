import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes a workspace for Turborepo with a package for each node of the graph that `writeGraph` writes: in layers of 50, each
 * depending on two of the layer before. Its task writes one small file. It is committed to a Git repository of its own, as
 * Turborepo hashes files fastest there.
 *
 * @param folder - exists and is empty
 */
export function writeTurboWorkspace(folder: string, count: number): void {
  const width = 50;
  const write = (path: string, content: string | object) =>
    writeFileSync(join(folder, path), typeof content === "string" ? content : `${JSON.stringify(content, null, 2)}\n`);
  write("package.json", { name: "bench", private: true, packageManager: "npm@10.9.0", workspaces: ["packages/*"] });
  write("turbo.json", { tasks: { build: { dependsOn: ["^build"], inputs: ["input.txt"], outputs: ["output.txt"] } } });
  write(".gitignore", "node_modules\n.turbo\noutput.txt\n");
  const locked: Record<string, object> = { "": { name: "bench", workspaces: ["packages/*"] } };
  for (let index = 0; index < count; index += 1) {
    const layer = Math.floor(index / width);
    const above = (offset: number) => `n${(layer - 1) * width + ((index + offset) % width)}`;
    const dependencies = layer === 0 ? {} : Object.fromEntries([above(0), above(7)].map((name) => [name, "*"]));
    const described = { name: `n${index}`, version: "1.0.0", dependencies };
    mkdirSync(join(folder, `packages/n${index}`), { recursive: true });
    write(`packages/n${index}/package.json`, { ...described, scripts: { build: "cp input.txt output.txt" } });
    write(`packages/n${index}/input.txt`, `${index}\n`);
    locked[`packages/n${index}`] = described;
    locked[`node_modules/n${index}`] = { resolved: `packages/n${index}`, link: true };
  }
  write("package-lock.json", { name: "bench", lockfileVersion: 3, requires: true, packages: locked });
  const identity = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
  for (const args of [
    ["init", "-q"],
    ["add", "-A"],
    [...identity, "commit", "-q", "-m", "bench"],
  ]) {
    const { status, stderr } = spawnSync("git", args, { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(`git ${args.join(" ")} failed: ${stderr}`);
  }
}
