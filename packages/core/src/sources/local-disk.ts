import { statfs } from "node:fs/promises";

/**
 * Type numbers of file systems on disks of this host or in its memory, as `statfs` gives them on Linux.
 * Source: include/uapi/linux/magic.h, https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/include/uapi/linux/magic.h
 */
const localTypes: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // xfs
  0x9123683e, // btrfs
  0x2fc12fc1, // zfs
  0xf2f52010, // f2fs
  0xca451a4e, // bcachefs
  0x4d44, // fat
  0x2011bab0, // exfat
  0x7366746e, // ntfs3
  0x794c7630, // overlayfs
  0x01021994, // tmpfs
  0x858458f6, // ramfs
  0x73717368, // squashfs
]);

const isLocalDevice = new Map<number, Promise<boolean>>();

/**
 * Whether reads of a file wait at most for a disk of this host. Asked of the system once for each device; what it can't tell counts
 * as not local. Elsewhere than on Linux only paths of Windows that name a host (`\\host\share`) are known not to be.
 *
 * @param device - `dev` of the file's `stat`
 */
export async function isOnLocalDisk(path: string, device: number): Promise<boolean> {
  if (process.platform === "win32") return !/^\\\\(?![?.]\\)|^\\\\\?\\UNC\\/i.test(path);
  if (process.platform !== "linux") return true;
  let isLocal = isLocalDevice.get(device);
  if (isLocal === undefined) {
    isLocal = statfs(path).then(
      // The number is signed on some machines.
      ({ type }) => localTypes.has(type >>> 0),
      () => false,
    );
    isLocalDevice.set(device, isLocal);
  }
  return isLocal;
}
