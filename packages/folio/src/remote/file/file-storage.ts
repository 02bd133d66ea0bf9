import { createHash } from "node:crypto";
import { join } from "node:path";
import { connectionOf, type RemoteConnectOptions } from "../connect-options.js";
import type { RemoteSubject } from "../remote-failure.js";
import { bundleUrl, checkRemotePath, privateFolder } from "../remote-path.js";
import type { RemoteObject, RemoteStorage } from "../remote-storage.js";
import { deleteFile } from "./delete-file.js";
import { fileFailure } from "./file-failure.js";
import { listFiles } from "./list-files.js";
import { headFile, readFile } from "./read-file.js";
import { type FilePlace, writeFileWhole } from "./write-file.js";

/**
 * A bundle that is a folder: of the local disk, or of a file system that is mounted. A file appears whole or not at all,
 * and is on the disk before `write` returns. Conditional writes are exact between processes, by a lock that a dead process
 * does not keep. Symbolic links that lead out of the folder are refused.
 *
 * In the folder, `.larder/` is the storage's own.
 *
 * @param folder - absolute; made by the first write
 */
export function fileStorage(folder: string, options: RemoteConnectOptions = {}): RemoteStorage {
  const means = connectionOf(options);
  const url = bundleUrl(folder);
  const subjectOf = (path: string | undefined, doing: RemoteSubject["doing"]): RemoteSubject => ({ url, path, doing });
  const placeOf = (path: string, doing: RemoteSubject["doing"]): FilePlace => ({
    folder,
    path,
    privateFolder: join(folder, privateFolder),
    lockName: createHash("sha256").update(path).digest("hex").slice(0, 32),
    means,
    subject: subjectOf(path, doing),
  });
  async function run<Result>(subject: RemoteSubject, work: () => Promise<Result>): Promise<Result> {
    checkRemotePath(subject.path!);
    try {
      return await work();
    } catch (error) {
      throw fileFailure(error, subject);
    }
  }
  return {
    url,
    abilities: { write: true, list: true, ranges: true, conditionalWrites: true },
    head: (path, { signal } = {}) => {
      const subject = subjectOf(path, "reading");
      return run(subject, () => headFile(folder, path, subject, signal));
    },
    read: (path, options = {}) => {
      const subject = subjectOf(path, "reading");
      return run(subject, () => readFile(folder, path, subject, options));
    },
    write: (path, body, options = {}) => {
      const place = placeOf(path, "writing");
      return run(place.subject, () => writeFileWhole(place, body, options));
    },
    delete: (path, options = {}) => {
      const place = placeOf(path, "deleting");
      return run(place.subject, () => deleteFile(place, options.signal));
    },
    list: ({ signal } = {}) => listed(folder, subjectOf(undefined, "listing"), signal),
  };
}

async function* listed(
  folder: string,
  subject: RemoteSubject,
  signal: AbortSignal | undefined,
): AsyncGenerator<RemoteObject> {
  try {
    yield* listFiles(folder, subject, signal);
  } catch (error) {
    throw fileFailure(error, subject);
  }
}
