import { randomBytes } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Moves a file to `quarantine/`, under its name and something random. Returns its new path. */
export function quarantineFile(root: string, path: string, name: string): string {
  const target = quarantinePath(root, name);
  renameSync(path, target);
  return target;
}

/** Keeps bytes in `quarantine/` that did not come from a file of their own. Returns their path. */
export function quarantineBytes(root: string, bytes: Uint8Array, name: string): string {
  const target = quarantinePath(root, name);
  writeFileSync(target, bytes, { mode: 0o600, flag: "wx" });
  return target;
}

function quarantinePath(root: string, name: string): string {
  mkdirSync(join(root, "quarantine"), { recursive: true, mode: 0o700 });
  return join(root, "quarantine", `${name}.${randomBytes(8).toString("hex")}`);
}
