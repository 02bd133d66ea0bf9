import { contentOf } from "../cached/folio-store.js";
import type { FolioEventListener } from "../folio-events.js";
import type { ManifestItem } from "../manifest/manifest.js";
import type { SharedDirectory } from "../shared-directory/open-shared-directory.js";

/** What a shared directory, which others fill, has of the items of a bundle. */
export interface SharedContents {
  /** The bytes of an item, right by the checksum of the manifest; `undefined` when it does not have them. */
  bytes(name: string, item: ManifestItem): Promise<Uint8Array | undefined>;
}

/** Whatever is wrong with the directory is as good as not having the content: the remote is asked. */
export function sharedContents(folder: string, url: string, onEvent: FolioEventListener): SharedContents {
  let opening: Promise<SharedDirectory> | undefined;
  const told = new Set<string>();

  function warn(reason: string): void {
    if (told.has(reason)) return;
    told.add(reason);
    onEvent({
      type: "warning",
      code: "shared-directory",
      message: `The shared cache directory ${folder} is passed over: ${reason}. The value comes from elsewhere.`,
      facts: { folder, reason },
    });
  }

  return {
    async bytes(name, item) {
      const content = contentOf(item);
      // Without a checksum nothing tells whether foreign bytes are right.
      if (content === undefined) return undefined;
      const read = await tolerated(async () => {
        opening ??= open(folder);
        return (await opening).readVerified(content, { sizeBytes: item.sizeBytes });
      });
      if (read?.status !== "found" || !("bytes" in read)) {
        if (read?.status !== "absent")
          warn(read?.status === "damaged" ? `the copy of '${name}' is damaged` : "it can't be read");
        return undefined;
      }
      onEvent({ type: "hit", url, item: name, stale: false, from: "shared" });
      return read.bytes;
    },
  };
}

async function open(folder: string): Promise<SharedDirectory> {
  const { openSharedDirectory } = await import("../shared-directory/open-shared-directory.js");
  return openSharedDirectory(folder);
}

async function tolerated<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}
