import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** What a directory takes up on disk, in bytes, as `du` counts it. What goes meanwhile is not counted. */
export function diskUsage(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  let sum = stats.blocks * 512;
  if (!stats.isDirectory()) return sum;
  for (const name of namesIn(path)) sum += diskUsage(join(path, name));
  return sum;
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return []; // gone meanwhile
  }
}
