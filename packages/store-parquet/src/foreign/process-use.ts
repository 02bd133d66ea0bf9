import { readFileSync } from "node:fs";

/** Whether this system tells what another process takes. */
export const seesOtherProcesses = process.platform === "linux";

/** What a process has taken so far. */
export interface ProcessUse {
  /** The most memory at a time, in MB of 2²⁰ bytes. */
  readonly peakMegabytes: number;
  /** Time of all its threads on a processor, in seconds. */
  readonly computingSeconds: number;
}

/** Ticks of `utime` and `stime` in a second, the same on every Linux that Node runs on. */
const ticks = 100;

/**
 * What a process has taken so far; `undefined` where the system does not tell, or the process has ended.
 *
 * Sources: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html (VmHWM),
 * https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (utime, stime)
 */
export function processUse(processId: number): ProcessUse | undefined {
  if (!seesOtherProcesses) return undefined;
  try {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${processId}/status`, "latin1"));
    const stat = readFileSync(`/proc/${processId}/stat`, "latin1");
    // The second field is a name in brackets, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const computingSeconds = (Number(fields[11]) + Number(fields[12])) / ticks;
    return peak ? { peakMegabytes: Number(peak[1]) / 1024, computingSeconds } : undefined;
  } catch {
    return undefined;
  }
}
