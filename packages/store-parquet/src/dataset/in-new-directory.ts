import { mkdir } from "node:fs/promises";
import { systemCode } from "./system-code.js";

/** Runs a step again with a directory made, for its owner alone, where it fails for want of it. */
export async function inNewDirectory<Result>(directory: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return step();
  }
}
