/** What is mounted at a place. */
export interface MountedFileSystem {
  /** As in `ext4`, `fuse.sshfs`. */
  readonly type: string;
  /** What is mounted, as in `/dev/sda1`, `host:/folder`. */
  readonly source: string;
}

/**
 * The file system that a path is on, by the text of `/proc/self/mountinfo`: that of the longest mount point which holds
 * the path, the last one where several are mounted there. Lines that can't be read are passed over.
 * Source: https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
 *
 * @param path - absolute, without links
 */
export function fileSystemTypeAt(mountinfo: string, path: string): MountedFileSystem | undefined {
  let best: (MountedFileSystem & { readonly point: string }) | undefined;
  for (const line of mountinfo.split("\n")) {
    const fields = line.split(" ");
    // Optional fields stand between the sixth and a lone hyphen.
    const end = fields.indexOf("-", 6);
    const point = unescaped(fields[4] ?? "");
    const type = fields[end + 1];
    if (end < 0 || type === undefined || !point.startsWith("/") || !holds(point, path)) continue;
    if (best !== undefined && best.point.length > point.length) continue;
    best = { point, type: unescaped(type), source: unescaped(fields[end + 2] ?? "") };
  }
  return best && { type: best.type, source: best.source };
}

function holds(point: string, path: string): boolean {
  return path === point || path.startsWith(point.endsWith("/") ? point : `${point}/`);
}

/** Space, tab, newline and backslash stand as three octal digits; the bytes are UTF-8 as a whole already. */
function unescaped(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
