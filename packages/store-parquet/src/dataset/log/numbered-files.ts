import { link as hardLink, open, readdir, unlink } from "node:fs/promises";
import { extname, join } from "node:path";
import { uniqueNameOfProcess } from "@larder/core";
import { syncDirectory } from "../../write/write-parquet-file.js";
import { inNewDirectory } from "../in-new-directory.js";
import { ifThere, systemCode } from "../system-code.js";
import { writing } from "./log-error.js";

/** A file named by a number: 16 digits and a suffix. */
export interface NumberedFile {
  readonly number: number;
  /** Such as `.entry`. */
  readonly suffix: string;
  readonly name: string;
}

/** Where files are made, and how. */
export interface NumberedTarget {
  readonly directory: string;
  /** For files that are not finished; on the same file system. */
  readonly temporary: string;
  /** `power`: a file that was made is there after a loss of power. */
  readonly durability: Durability;
  /** Replaced in tests. */
  readonly link?: (existing: string, path: string) => Promise<void>;
}

/** What a write survives: the death of the process, or a loss of power as well. */
export type Durability = "process" | "power";

const namePattern = /^(\d{16})(\.[a-z]+)$/;

/** What `link` says where a file system has no hard links. */
const noLinks: ReadonlySet<unknown> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

/** @param number - whole, from 0 to 2⁵³ − 1 */
export function numberedName(number: number, suffix: string): string {
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`${number} is no number of a file`);
  return `${String(number).padStart(16, "0")}${suffix}`;
}

/** The numbered files of a directory in ascending order; other files are passed over. Empty where there is no such directory. */
export async function listNumbered(directory: string): Promise<NumberedFile[]> {
  const names = (await ifThere(() => readdir(directory))) ?? [];
  const files: NumberedFile[] = [];
  for (const name of names) {
    const [, digits, suffix] = namePattern.exec(name) ?? [];
    const number = Number(digits);
    if (suffix !== undefined && Number.isSafeInteger(number)) files.push({ number, suffix, name });
  }
  return files.sort((a, b) => a.number - b.number || (a.suffix < b.suffix ? -1 : 1));
}

/**
 * Makes the file of a number, as {@link createFile} does.
 *
 * @returns `false`: the number is taken
 * @throws LarderError `disk-full`, `write-failed`
 */
export async function createNumbered(
  target: NumberedTarget,
  number: number,
  suffix: string,
  bytes: Uint8Array,
): Promise<boolean> {
  return createFile(target, numberedName(number, suffix), bytes);
}

/**
 * Makes a file, whole or not at all, unless there is one. Of several processes that try at once, one succeeds. Where the file
 * system has no hard links the file is made first and filled then: it can be seen unfinished, which its checksum tells.
 *
 * @returns `false`: the name is taken
 * @throws LarderError `disk-full`, `write-failed`
 */
export async function createFile(target: NumberedTarget, name: string, bytes: Uint8Array): Promise<boolean> {
  const path = join(target.directory, name);
  return writing(path, async () => {
    const temporary = join(target.temporary, `${uniqueNameOfProcess()}${extname(name)}`);
    await inNewDirectory(target.temporary, () => writeNew(temporary, bytes, target.durability));
    try {
      const made = await inNewDirectory(target.directory, () => linkOrWrite(target, temporary, path, bytes));
      if (made && target.durability === "power") await syncDirectory(target.directory);
      return made;
    } finally {
      await removeFile(temporary);
    }
  });
}

/** Whether files can be linked here: then a file with a number is never unfinished. */
export async function hasHardLinks(target: NumberedTarget): Promise<boolean> {
  const first = join(target.temporary, `${uniqueNameOfProcess()}.probe`);
  const second = join(target.temporary, `${uniqueNameOfProcess()}.probe`);
  try {
    await inNewDirectory(target.temporary, () => writeNew(first, new Uint8Array(0), "process"));
    await (target.link ?? hardLink)(first, second);
    return true;
  } catch (error) {
    return !noLinks.has(systemCode(error));
  } finally {
    await removeFile(first);
    await removeFile(second);
  }
}

/** Unlinks a file. @returns whether it is gone now */
export async function removeFile(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    return systemCode(error) === "ENOENT";
  }
}

/** Writes a file that is not there yet. */
async function writeNew(path: string, bytes: Uint8Array, durability: Durability): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    await handle.writeFile(bytes);
    if (durability === "power") await handle.sync();
  } catch (error) {
    await removeFile(path);
    throw error;
  } finally {
    await handle.close();
  }
}

/** Gives a finished file a second name, which must be free; where there are no hard links, writes it again there. */
async function linkOrWrite(
  target: NumberedTarget,
  temporary: string,
  path: string,
  bytes: Uint8Array,
): Promise<boolean> {
  try {
    await (target.link ?? hardLink)(temporary, path);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    if (!noLinks.has(systemCode(error))) throw error;
  }
  try {
    await writeNew(path, bytes, target.durability);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}
