import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";

/** A clock whose steady part all processes of one boot share. Replaceable, so that tests decide what time it is. */
export interface BootClock {
  /** Absolute time in milliseconds since 1970; may jump. */
  now(): number;
  /** Milliseconds from a start that all processes with the same {@link bootId} have in common; never jumps. */
  steady(): number;
  /** Names the span of time within which {@link steady} can be compared: letters and digits. */
  readonly bootId: string;
}

/**
 * The clock of the machine. On Linux `steady` is CLOCK_MONOTONIC, which begins with the boot and is the same in all
 * processes of a time namespace: libuv's `uv_hrtime` reads it, and `process.hrtime` hands it on. It does not advance while
 * the machine is suspended. Elsewhere one boot can't be told from another, and the wall clock stands in.
 *
 * Source: clock_gettime(2), time_namespaces(7), https://docs.libuv.org/en/v1.x/misc.html#c.uv_hrtime
 */
export const systemBootClock: BootClock = makeSystemClock();

function makeSystemClock(): BootClock {
  const boot = read(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"));
  if (boot === "") return { now: () => Date.now(), steady: () => Date.now(), bootId: "wall" };
  const timeNamespace = read(() => readlinkSync("/proc/self/ns/time"));
  const bootId = createHash("sha256").update(`${boot}${timeNamespace}`).digest("hex").slice(0, 16);
  return { now: () => Date.now(), steady: () => Number(process.hrtime.bigint()) / 1e6, bootId };
}

function read(from: () => string): string {
  try {
    return from();
  } catch {
    return "";
  }
}
