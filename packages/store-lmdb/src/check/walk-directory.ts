import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { addressOfPath, type BlobAddress, type BlobFolder } from "../blob-address.js";
import { directoryNames } from "../cache-directory.js";
import { openingLock } from "../opening-lock.js";
import { ownerOf } from "../owned-file-name.js";
import { isLeftOver, markSuffix } from "../presence.js";
import { type CheckNote, type Finding, note, problem } from "./check-problem.js";

/** The file blobs in a folder, and notes of what else is there. */
export function* blobFiles(root: string, folder: BlobFolder, notes: CheckNote[]): Generator<BlobAddress> {
  const foreign = (...parts: string[]) => {
    notes.push(note("foreign-file", join(folder, ...parts), "no blob of this cache has such a name"));
  };
  for (const first of namesIn(join(root, folder))) {
    if (!/^[0-9a-f]{2}$/.test(first)) {
      foreign(first);
      continue;
    }
    for (const second of namesIn(join(root, folder, first))) {
      if (!/^[0-9a-f]{2}$/.test(second)) {
        foreign(first, second);
        continue;
      }
      for (const name of namesIn(join(root, folder, first, second))) {
        const address = addressOfPath(folder, first, second, name);
        if (address === undefined) foreign(first, second, name);
        else yield address;
      }
    }
  }
}

/** Looks at what stands beside index, files and journal. */
export function checkRest(root: string, { findings, notes }: { findings: Finding[]; notes: CheckNote[] }): void {
  for (const name of namesIn(root)) {
    if (!directoryNames.has(name)) notes.push(note("foreign-file", name, "Larder did not put it there"));
  }
  for (const name of namesIn(join(root, "tmp"))) {
    if (name === openingLock) continue;
    const path = join("tmp", name);
    if (ownerOf(name) === undefined) notes.push(note("foreign-file", path, "Larder did not put it there"));
    else if (!isLeftOver(root, name)) continue;
    else if (name.endsWith(markSuffix))
      notes.push(note("dead-process", path, "a process died with the index open; who opens it next looks it over"));
    else findings.push(leftOver(root, path));
  }
  for (const name of namesIn(join(root, "quarantine"))) {
    notes.push(note("quarantined-file", join("quarantine", name), "it was put away because it was damaged"));
  }
}

function leftOver(root: string, path: string): Finding {
  return {
    problem: problem("left-over", path, "whoever wrote it is gone"),
    repair() {
      rmSync(join(root, path), { force: true });
      return true;
    },
  };
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return []; // no directory, or gone meanwhile
  }
}
