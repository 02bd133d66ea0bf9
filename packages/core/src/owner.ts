import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Whether an owner is still there. `unknown`: it is on another host, or in another container. */
export type OwnerState = "alive" | "dead" | "unknown";

const ownerPattern = /^([0-9a-f]{8})-([0-9a-f]{8})-([0-9a-f]{8})-(\d+)-(\d+)(?:-t(\d+)-(\d+))?$/;

let ownProcess: string | undefined;
let ownThread: string | undefined;

/**
 * This process, as a name that tells others whether it lives: digests of host, boot and PID namespace, the process id, and
 * the ticks from boot to its start, so that a process id used again is not taken for it.
 */
export function currentProcess(): string {
  ownProcess ??= [
    shortDigest(hostname()),
    shortDigest(readText("/proc/sys/kernel/random/boot_id")),
    shortDigest(readLink("/proc/self/ns/pid")),
    process.pid,
    startOf(`/proc/${process.pid}`) ?? "0",
  ].join("-");
  return ownProcess;
}

/**
 * This thread, as such a name. Where the system tells of threads (Linux) a worker thread that has ended is dead although
 * its process lives; elsewhere a thread lives as long as its process.
 */
export function currentOwner(): string {
  ownThread ??= `${currentProcess()}${threadSuffix()}`;
  return ownThread;
}

/** Whether the owner of such a name lives; `undefined` when it is no such name. */
export function ownerState(owner: string): OwnerState | undefined {
  const match = ownerPattern.exec(owner);
  if (match === null) return undefined;
  const [, host, boot, pidNamespace, pid, startedAt, thread, threadStartedAt] = match;
  const [myHost, myBoot, myNamespace] = currentProcess().split("-");
  if (host !== myHost) return "unknown";
  if (boot !== myBoot) return "dead";
  if (pidNamespace !== myNamespace) return "unknown";
  if (!isRunning(Number(pid), startedAt!)) return "dead";
  if (thread === undefined) return "alive";
  return startedThen(`/proc/${pid}/task/${thread}`, threadStartedAt!) ? "alive" : "dead";
}

/** Whether the owner of such a name is of this host and was started since it was last booted. */
export function isOfThisBoot(owner: string): boolean {
  const [host, boot] = owner.split("-");
  const [myHost, myBoot] = currentProcess().split("-");
  return host === myHost && boot === myBoot;
}

/** A name of its own for something this process makes, which begins with {@link currentProcess}. */
export function uniqueNameOfProcess(): string {
  return `${currentProcess()}-${randomBytes(8).toString("hex")}`;
}

function isRunning(pid: number, startedAt: string): boolean {
  if (startedAt !== "0") return startedThen(`/proc/${pid}`, startedAt);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Names the thread that runs this code, not that of the process which reads it: the call is synchronous. */
function threadSuffix(): string {
  const id = /\/task\/(\d+)$/.exec(readLink("/proc/thread-self"))?.[1];
  const startedAt = id === undefined ? undefined : startOf(`/proc/${process.pid}/task/${id}`);
  return startedAt === undefined ? "" : `-t${id}-${startedAt}`;
}

/** Whether a process or thread is the one that was started then. Where that can't be read (too many open files), it is. */
function startedThen(folder: string, startedAt: string): boolean {
  try {
    return startOf(folder) === startedAt;
  } catch {
    return true;
  }
}

/** Field 22 of the `stat` of a process or thread, counted after its name, which may hold anything. Absent off Linux. */
function startOf(folder: string): string | undefined {
  const stat = readText(`${folder}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A zombie holds nothing any more: as dead as one that was reaped.
  return stat === "" || fields[0] === "Z" ? undefined : fields[19];
}

/** Empty where there is no such thing. @throws what says nothing of it, such as too many open files */
function readText(path: string): string {
  return ifThere(() => readFileSync(path, "utf8"));
}

function readLink(path: string): string {
  return ifThere(() => readlinkSync(path));
}

function ifThere(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "code" in error && passing.has(error.code)) throw error;
    return "";
  }
}

/** Taken for an answer, these would make the living dead, or give this process another name than it has. */
const passing: ReadonlySet<unknown> = new Set(["EMFILE", "ENFILE", "ENOMEM"]);

function shortDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
