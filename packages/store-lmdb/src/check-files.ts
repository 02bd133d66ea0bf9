import { readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { fileDigest } from "@larder/core";
import { addressOfPath, addressText, type BlobAddress, type BlobFolder, blobPath } from "./blob-address.js";
import { readBlobRow } from "./blob-rows.js";
import { directoryNames } from "./cache-directory.js";
import { type CheckProblem, problem } from "./check-problem.js";
import type { IndexSurvey } from "./check-store.js";
import { indexKey, shownKey } from "./entry-key.js";
import type { OpenStore } from "./open-store.js";
import { openingLock } from "./opening-lock.js";
import { isLeftOver } from "./presence.js";
import { decodeRow } from "./row-format.js";
import { referenceOf } from "./store-operations.js";

/** Holds the files against what the index says of them. Adds to `problems`. */
export async function checkFiles(
  store: OpenStore,
  survey: IndexSurvey,
  problems: CheckProblem[],
): Promise<{ files: number; fileBytes: number }> {
  for (const { address, keys } of survey.pointedAt.values()) {
    if (isThere(store, address)) continue;
    for (const key of keys) {
      if (stillPointsAt(store, key, address) && !isThere(store, address)) {
        problems.push(problem("entry-without-file", shownKey(key), `its file ${addressText(address)} is not there`));
      }
    }
  }
  for (const [id, { address, count }] of survey.rows) {
    if (survey.pointedAt.has(id) || isThere(store, address)) continue;
    if (
      store.environment.transact(() => readBlobRow(store.environment.blobs, address, store.xxhash)?.count === count)
    ) {
      problems.push(problem("row-without-file", id, "there is no such file"));
    }
  }
  let files = 0;
  let fileBytes = 0;
  for (const folder of ["blobs", "tables"] as const) {
    for (const found of walk(store, folder, problems)) {
      const sizeBytes = await checkFile(store, found, problems);
      if (sizeBytes === undefined) continue;
      files++;
      fileBytes += sizeBytes;
    }
  }
  checkRest(store, problems);
  return { files, fileBytes };
}

/** The size of a sound file. */
async function checkFile(
  store: OpenStore,
  address: BlobAddress,
  problems: CheckProblem[],
): Promise<number | undefined> {
  const path = blobPath(store.root, address);
  const name = relative(store.root, path);
  const before = statSync(path, { throwIfNoEntry: false });
  if (before === undefined) return undefined;
  // Under the lock of writers, because a file gets its name a moment before its row.
  const unknown = await store.transact(
    () => readBlobRow(store.environment.blobs, address, store.xxhash) === undefined && isThere(store, address),
  );
  if (unknown) {
    problems.push(
      problem("file-without-row", name, "the index does not know it, as when a process was killed while writing"),
    );
    return undefined;
  }
  const digest = before.isFile() ? await fileDigest(path).catch(() => undefined) : undefined;
  if (digest === address.digest) return before.size;
  if (statSync(path, { throwIfNoEntry: false })?.ino !== before.ino) return undefined; // freed or replaced meanwhile
  problems.push(problem("file-damaged", name, "its content is not what its name says"));
  return undefined;
}

function isThere(store: OpenStore, address: BlobAddress): boolean {
  return statSync(blobPath(store.root, address), { throwIfNoEntry: false }) !== undefined;
}

function stillPointsAt({ environment, xxhash }: OpenStore, key: Uint8Array, address: BlobAddress): boolean {
  environment.refresh();
  const bytes = environment.entries.read(indexKey(key));
  const reference = bytes && referenceOf(decodeRow(bytes, key, xxhash));
  return reference?.digest === address.digest && reference.folder === address.folder;
}

function* walk({ root }: OpenStore, folder: BlobFolder, problems: CheckProblem[]): Generator<BlobAddress> {
  const foreign = (...parts: string[]) => {
    problems.push(problem("foreign-file", join(folder, ...parts), "no blob of this cache has such a name"));
  };
  for (const first of names(join(root, folder))) {
    if (!/^[0-9a-f]{2}$/.test(first)) {
      foreign(first);
      continue;
    }
    for (const second of names(join(root, folder, first))) {
      if (!/^[0-9a-f]{2}$/.test(second)) {
        foreign(first, second);
        continue;
      }
      for (const name of names(join(root, folder, first, second))) {
        const address = addressOfPath(folder, first, second, name);
        if (address === undefined) foreign(first, second, name);
        else yield address;
      }
    }
  }
}

function checkRest({ root }: OpenStore, problems: CheckProblem[]): void {
  for (const name of names(root)) {
    if (!directoryNames.has(name)) problems.push(problem("foreign-file", name, "Larder did not put it there"));
  }
  for (const name of names(join(root, "tmp"))) {
    if (name !== openingLock && isLeftOver(root, name))
      problems.push(problem("left-over", join("tmp", name), "whoever wrote it is gone"));
  }
  for (const name of names(join(root, "quarantine"))) {
    problems.push(problem("quarantined-file", join("quarantine", name), "it was put away because it was damaged"));
  }
}

function names(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return []; // no directory, or gone meanwhile
  }
}
