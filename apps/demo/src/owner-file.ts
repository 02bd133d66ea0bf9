import { readFileSync, rmSync, writeFileSync } from "node:fs";

/**
 * Takes a file that only one living process may own, by writing our process id into it.
 *
 * @returns `false` when another living process has it
 */
export function claimOwnerFile(file: string): boolean {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (ownerIsAlive(file)) return false;
    rmSync(file, { force: true });
  }
  return false;
}

/** Whether the process whose id stands in the file is alive; `false` when the file is gone. */
export function ownerIsAlive(file: string): boolean {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return false;
  }
  // Just made, and its owner has not written yet.
  return text === "" || isAlive(Number(text));
}

/** Whether a process of this id exists. */
export function isAlive(processId: number): boolean {
  if (!(processId > 0)) return false;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
