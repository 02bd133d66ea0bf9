import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fileSystemTypeAt } from "../src/mount-info.js";
import { networkFileSystemOf, refuseNetworkFileSystem } from "../src/network-file-system.js";
import { runProgram } from "./run-program.js";
import { cacheDirectory } from "./temporary-directory.js";

/** Lines as kernels 4.19 to 6.8 write them. */
const mountinfo = String.raw`22 27 0:21 / /proc rw,relatime - proc proc rw
25 24 0:23 / /dev/shm rw,relatime - tmpfs tmpfs rw,size=24684084k
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
40 27 0:49 / /home/me/remote rw,nosuid,nodev,relatime shared:233 - fuse.sshfs me@host.example:/srv/data rw,user_id=1000,group_id=1000
41 27 0:50 / /mnt/bucket rw,nosuid,nodev,relatime shared:240 master:7 - fuse.s3fs s3fs rw,user_id=0,group_id=0,allow_other
42 27 0:51 / /mnt/my\040share\134x rw,relatime - cifs //server/my\040share rw,vers=3.1.1
43 27 0:52 / /mnt/usb rw,nosuid,nodev,relatime - fuseblk /dev/sdb1 rw,user_id=0,group_id=0
44 27 0:53 / /mnt/strange rw,relatime - fuse.ownthing storage.example:/volume rw
45 27 0:54 / /mnt/plain rw,relatime - fuse.encfs encfs rw
46 27 0:55 / /mnt/pool rw,relatime - fuse.mergerfs disk1:disk2 rw
47 40 8:1 /inner /home/me/remote/local rw,relatime - xfs /dev/sda1 rw
48 27 0:56 / /srv rw,relatime - nfs4 filer:/export rw,vers=4.2
49 27 8:2 / /srv rw,relatime - ext4 /dev/sda2 rw
50 27 0:57 / /mnt/drive rw,relatime - fuse.rclone gdrive: rw
this is no line
51 27 0:58`;

const fuse = 0x65735546;

describe("what is mounted at a path", () => {
  test.each([
    ["/", "ext4", "/dev/vda"],
    ["/home/me", "ext4", "/dev/vda"],
    ["/home/me/remote", "fuse.sshfs", "me@host.example:/srv/data"],
    ["/home/me/remote/a/b", "fuse.sshfs", "me@host.example:/srv/data"],
    ["/home/me/remote-not", "ext4", "/dev/vda"],
    ["/home/me/remote/local/x", "xfs", "/dev/sda1"],
    ["/mnt/my share\\x/cache", "cifs", "//server/my share"],
    ["/srv/cache", "ext4", "/dev/sda2"],
    ["/mnt/bucket/cache", "fuse.s3fs", "s3fs"],
  ])("of %s is %s", (path, type, source) => {
    expect(fileSystemTypeAt(mountinfo, path)).toEqual({ type, source });
  });

  test("is unknown where nothing says so", () => {
    expect(fileSystemTypeAt("", "/home")).toBeUndefined();
    expect(fileSystemTypeAt("27 1 254:0 /\nnonsense - \n - - - - - - - -", "/home")).toBeUndefined();
  });
});

describe("a network file system", () => {
  const at = (path: string) => networkFileSystemOf(fuse, () => fileSystemTypeAt(mountinfo, path));

  test.each([
    [0x6969, "nfs"],
    [0xff534d42, "cifs"],
    [0xff534d42 - 2 ** 32, "cifs"],
    [0xfe534d42, "smb2"],
    [0x01021997, "9p"],
    [0x00c36400, "ceph"],
    [0x0bd00bd0, "lustre"],
  ])("is known by its number %i: %s", (type, name) => {
    expect(networkFileSystemOf(type, () => expect.fail("nothing needs to be asked"))).toBe(name);
  });

  test.each([0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010])(
    "is none that has the number %i: ext4, XFS, Btrfs, tmpfs, overlay, ZFS, F2FS",
    (type) => {
      expect(networkFileSystemOf(type, () => expect.fail("nothing needs to be asked"))).toBeUndefined();
    },
  );

  test("behind FUSE is known by its program, or by a source that names a host", () => {
    expect(at("/home/me/remote/cache")).toBe("fuse.sshfs");
    expect(at("/mnt/bucket")).toBe("fuse.s3fs");
    expect(at("/mnt/strange/x")).toBe("fuse.ownthing");
    expect(at("/mnt/drive")).toBe("fuse.rclone");
    for (const local of ["/mnt/usb/x", "/mnt/plain", "/mnt/pool"]) expect(at(local)).toBeUndefined();
    expect(networkFileSystemOf(fuse, () => undefined)).toBeUndefined();
  });
});

describe("a cache directory", () => {
  test("on a local disk is not refused, whether it exists or not", () => {
    const directory = cacheDirectory();
    refuseNetworkFileSystem(directory);
    refuseNetworkFileSystem(join(directory, "a", "b"));
    expect(existsSync(directory)).toBe(false);
  });

  test("on a network file system is refused before anything is made there, unless that is allowed", async () => {
    const directory = cacheDirectory();
    const [refused, allowed] = await runProgram("open-on-network", [directory]);
    expect(JSON.parse(refused!)).toEqual({
      code: "network-file-system",
      facts: { directory, fileSystem: "nfs" },
      made: false,
    });
    expect(JSON.parse(allowed!)).toEqual({ value: 3 });
  });
});
