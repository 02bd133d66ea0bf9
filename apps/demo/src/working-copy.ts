import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { cp, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LarderError } from "@larder/core";
import { claimOwnerFile, ownerIsAlive } from "./owner-file.js";

/** A copy of the pipeline's sources that the acts may edit. */
export interface WorkingCopy {
  /** Absolute path of the copied `pipeline.ts`. */
  readonly pipelineFile: string;
  /** Replaces a text that stands exactly once in a file of the copy. */
  edit(change: SourceEdit): Promise<void>;
  /** Deletes the copy. */
  remove(): void;
}

/** One edit of one file. */
export interface SourceEdit {
  /** Name of the file in the pipeline's folder. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Copies the pipeline's sources to `.work/` in this package, where their imports still resolve.
 *
 * The folder's name follows from `purpose`, so that a later demo on the same cache has its code at the same place; when
 * another demo uses that folder now, this one gets another.
 */
export async function makeWorkingCopy(purpose: string): Promise<WorkingCopy> {
  const root = packageRoot();
  const work = join(root, ".work");
  mkdirSync(work, { recursive: true });
  removeAbandoned(work);
  const name = `demo-${createHash("sha256").update(purpose).digest("hex").slice(0, 12)}`;
  const folder = claim(work, name) ?? claim(work, `${name}-${randomBytes(6).toString("hex")}`);
  if (folder === undefined) {
    throw new LarderError(`No folder for the pipeline's sources could be made in ${work}. Look at its permissions.`, {
      code: "no-working-copy",
      facts: { directory: work },
    });
  }
  const sources = join(folder, "flights");
  await cp(join(root, "src", "flights"), sources, { recursive: true });
  return {
    pipelineFile: join(sources, "pipeline.ts"),
    async edit({ file, from, to }) {
      const path = join(sources, file);
      const text = await readFile(path, "utf8");
      if (text.split(from).length !== 2) {
        throw new LarderError(`${file} was to be edited, and '${from}' does not stand in it exactly once.`, {
          code: "edit-does-not-fit",
          facts: { file, from },
        });
      }
      await writeFile(
        path,
        text.replace(from, () => to),
      );
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The folder of this package: the nearest above this file that holds a `package.json`. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

/** Makes a folder ours; `undefined` when another demo has it. */
function claim(work: string, name: string): string | undefined {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  return claimOwnerFile(join(folder, "owner")) ? folder : undefined;
}

/** Removes the copies of demos that were killed. */
function removeAbandoned(work: string): void {
  for (const name of readdirSync(work).filter((name) => name.startsWith("demo-"))) {
    const owner = join(work, name, "owner");
    // Without an owner the folder is about to be claimed by another demo.
    if (existsSync(owner) && !ownerIsAlive(owner)) rmSync(join(work, name), { recursive: true, force: true });
  }
}
