import { isCode, repositoryFiles } from "./repository-files.js";
import { type WorkspacePackage, workspacePackages } from "./workspace-packages.js";

/** A source file together with the package it belongs to. */
export interface PackageSource {
  readonly owner: WorkspacePackage;
  /** Relative to the root. */
  readonly file: string;
}

/** Every code file under `<package>/<folder>` of the packages in `packages/` and `apps/`. */
export function packageSources(root: string, folder: "src" | "test"): PackageSource[] {
  return workspacePackages(root)
    .filter((owner) => !owner.folder.startsWith("tooling/"))
    .flatMap((owner) =>
      repositoryFiles(root, `${owner.folder}/${folder}`)
        .filter((file) => isCode(file) && !file.includes("/fixtures/"))
        .map((file) => ({ owner, file })),
    );
}
