import { readFileSync, realpathSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { LarderError } from "@larder/core";
import { fileSystemTypeAt, type MountedFileSystem } from "./mount-info.js";

/**
 * Type numbers of file systems that several hosts share, as `statfs` gives them on Linux. LMDB keeps its locks in memory that
 * only processes of one kernel share, so two hosts would destroy each other's index.
 * Sources: include/uapi/linux/magic.h of Linux, and the list of remote file systems in src/stat.c of GNU coreutils,
 * https://git.savannah.gnu.org/cgit/coreutils.git/tree/src/stat.c
 */
const networkTypes: ReadonlyMap<number, string> = new Map([
  [0x00006969, "nfs"],
  [0x0000517b, "smb"],
  [0xff534d42, "cifs"],
  [0xfe534d42, "smb2"],
  [0x01021997, "9p"],
  [0x5346414f, "afs"],
  [0x6b414653, "afs"],
  [0x73757245, "coda"],
  [0x0000564c, "novell"],
  [0x00c36400, "ceph"],
  [0x01161970, "gfs2"],
  [0x7461636f, "ocfs2"],
  [0x0bd00bd0, "lustre"],
  [0x47504653, "gpfs"],
  [0xaad7aaea, "panfs"],
  [0xbeefdead, "snfs"],
  [0x19830326, "fhgfs (BeeGFS)"],
  [0x20030528, "orangefs"],
  [0x61636673, "acfs"],
  [0xbacbacbc, "vmhgfs"],
  [0x013111a8, "ibrix"],
  [0x7c7c6673, "prl_fs"],
]);

const fuseType = 0x65735546;

/** Programs behind FUSE that reach other hosts; as in `fuse.sshfs`. Those not named are taken by what they mount. */
const networkFuse =
  /^fuse\.(sshfs|s3fs|s3ql|s3backer|rclone|gcsfuse|goofys|geesefs|tigrisfs|mountpoint-s3|mount-s3|blobfuse2?|glusterfs|ceph|ceph-fuse|cephfs|juicefs|seaweedfs|weed|mfs|moosefs|mfsmount|lizardfs|saunafs|beegfs|davfs2?|curlftpfs|httpdirfs|httpfs|gvfsd-fuse|gvfs-fuse-daemon|smbnetfs|usmb|fusesmb|nfs|google-drive-ocamlfuse|gdfs|onedriver|dbxfs|keybase|hdfs|fuse_dfs|alluxio|alluxio-fuse|ipfs|cvmfs2?|xrootdfs|quobyte|objectivefs|yas3fs|cloudfuse|vmhgfs-fuse)$/;

/** Programs behind FUSE that show what is on this host, whatever they call it. */
const localFuse =
  /^(fuseblk|fuse\.(mergerfs|unionfs|mhddfs|fuse-overlayfs|bindfs|encfs|gocryptfs|cryfs|securefs|ntfs|ntfs-3g|exfat|lxcfs|portal|snapfuse|squashfuse|.*\.AppImage))$/;

/** A mounted source that names another host, as in `me@host:/folder`, `remote:bucket` or `https://host/folder`. */
const remoteSource = /^(?:[a-z][a-z0-9+.-]*:\/\/|\/\/|(?:[^/@\s]+@)?[A-Za-z0-9_.[\]-]{2,}:)/i;

/**
 * The name of the network file system, `undefined` for a local one.
 *
 * @param type - as of `statfs`
 * @param mounted - what is mounted there, asked only where the number does not tell
 */
export function networkFileSystemOf(type: number, mounted: () => MountedFileSystem | undefined): string | undefined {
  // The number is signed on some machines.
  const unsigned = type >>> 0;
  const known = networkTypes.get(unsigned);
  if (known !== undefined || unsigned !== fuseType) return known;
  const mount = mounted();
  if (mount === undefined || localFuse.test(mount.type)) return undefined;
  return networkFuse.test(mount.type) || remoteSource.test(mount.source) ? mount.type : undefined;
}

/**
 * Refuses a directory on a network file system, or where one would be made on it. Told on Linux by what is mounted, on
 * Windows by paths that name a host (`\\host\share`); elsewhere nothing is refused, because nothing tells.
 *
 * @param directory - absolute path; need not exist
 * @throws LarderError `network-file-system`
 */
export function refuseNetworkFileSystem(directory: string): void {
  const found = process.platform === "win32" ? networkPathOf(directory) : networkMountOf(directory);
  if (found === undefined) return;
  throw new LarderError(
    `The cache directory ${directory} is on a network file system (${found}), where processes on several hosts would damage its index. Choose a directory on a local disk. If only this host ever uses it, and its locks and memory maps can be relied on, set allowNetworkFileSystem: true.`,
    { code: "network-file-system", facts: { directory, fileSystem: found } },
  );
}

function networkPathOf(directory: string): string | undefined {
  return /^\\\\(?![?.]\\)|^\\\\\?\\UNC\\/i.test(directory) ? "a network share" : undefined;
}

function networkMountOf(directory: string): string | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const path = nearestRealPath(directory);
    return networkFileSystemOf(statfsSync(path).type, () =>
      fileSystemTypeAt(readFileSync("/proc/self/mountinfo", "utf8"), path),
    );
  } catch {
    // What can't be looked at can't be opened either, and that has a better message.
    return undefined;
  }
}

/** The real path of a directory, or of the nearest one above it that exists. */
function nearestRealPath(directory: string): string {
  for (let path = directory; ; path = dirname(path)) {
    try {
      return realpathSync(path);
    } catch (error) {
      if (dirname(path) === path) throw error;
    }
  }
}
