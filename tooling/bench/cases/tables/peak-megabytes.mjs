import { readFileSync } from "node:fs";

/**
 * The most memory this process has held, in MB (millions of bytes). `maxRSS` of a process that was just started can be that of the
 * one it was forked from, so Linux is asked for the high-water mark of the program itself.
 */
export function peakMegabytes() {
  const kibibytes = highWaterMark() ?? process.resourceUsage().maxRSS;
  return (kibibytes * 1024) / 1e6;
}

function highWaterMark() {
  try {
    const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    return match ? Number(match[1]) : undefined;
  } catch {
    return undefined;
  }
}
