import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { runSoundly } from "./run-program.js";
import { publicPackages, type WorkspacePackage } from "./workspace-packages.js";

/** A package as it would be published. */
export interface PackedPackage {
  readonly owner: WorkspacePackage;
  /** The .tgz, absolute. */
  readonly tarball: string;
  /** Its unpacked content, absolute. */
  readonly unpacked: string;
}

/**
 * Packs every published package, as `pnpm publish` would, into a folder of its own under `target`, and unpacks it there.
 *
 * Throws an Error when a package is not built.
 */
export async function packPackages(root: string, target: string): Promise<PackedPackage[]> {
  const packed: PackedPackage[] = [];
  for (const owner of publicPackages(root)) {
    const path = join(root, owner.folder);
    if (!existsSync(join(path, "dist")))
      throw new Error(`${owner.folder} is not built: run npm test, which builds it.`);
    const folder = join(target, owner.shortName);
    await runSoundly(join(root, "node_modules/.bin/pnpm"), ["pack", "--pack-destination", folder], { cwd: path });
    const name = readdirSync(folder).find((each) => each.endsWith(".tgz"));
    if (!name) throw new Error(`pnpm pack made no tarball of ${owner.folder}.`);
    await runSoundly("tar", ["-xzf", name], { cwd: folder });
    packed.push({ owner, tarball: join(folder, name), unpacked: join(folder, "package") });
  }
  return packed;
}
