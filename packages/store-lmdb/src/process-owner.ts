import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Whether whoever made a file is still there. `unknown`: on another host, or in another container. */
export type OwnerState = "alive" | "dead" | "unknown";

interface Owner {
  readonly host: string;
  readonly boot: string;
  readonly pidNamespace: string;
  readonly pid: number;
  /** Ticks from boot to the start of the process, so that a reused process id is seen. */
  readonly startedAt: string;
}

const namePattern = /^([0-9a-f]{8})-([0-9a-f]{8})-([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{16}(\.[a-z]+)$/;

let own: Owner | undefined;

/** A file name that nobody else uses and that tells which process made it. */
export function ownedFileName(suffix: `.${string}`): string {
  own ??= {
    host: shortDigest(hostname()),
    boot: shortDigest(readText("/proc/sys/kernel/random/boot_id")),
    pidNamespace: shortDigest(readLink("/proc/self/ns/pid")),
    pid: process.pid,
    startedAt: startOf(process.pid) ?? "0",
  };
  const { host, boot, pidNamespace, pid, startedAt } = own;
  return `${host}-${boot}-${pidNamespace}-${pid}-${startedAt}-${randomBytes(8).toString("hex")}${suffix}`;
}

/** What is known of the owner of a file with such a name; `undefined` when the name is not one of ours. */
export function ownerOf(fileName: string): { state: OwnerState; sameBoot: boolean; suffix: string } | undefined {
  const match = namePattern.exec(fileName);
  const mine = namePattern.exec(ownedFileName(".any"));
  if (match === null || mine === null) return undefined;
  const [, host, boot, pidNamespace, pid, startedAt, suffix] = match as unknown as string[];
  const sameBoot = host === mine[1] && boot === mine[2];
  if (host !== mine[1]) return { state: "unknown", sameBoot, suffix: suffix! };
  if (boot !== mine[2]) return { state: "dead", sameBoot, suffix: suffix! };
  if (pidNamespace !== mine[3]) return { state: "unknown", sameBoot, suffix: suffix! };
  return { state: isRunning(Number(pid), startedAt!) ? "alive" : "dead", sameBoot, suffix: suffix! };
}

function isRunning(pid: number, startedAt: string): boolean {
  if (startedAt !== "0") return startOf(pid) === startedAt;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Field 22 of /proc/<pid>/stat, counted after the command name, which may hold anything. Absent off Linux. */
function startOf(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A zombie holds nothing any more: as dead as one that was reaped.
  return stat === "" || fields[0] === "Z" ? undefined : fields[19];
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function shortDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
