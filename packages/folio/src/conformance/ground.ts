import { randomBytes } from "node:crypto";
import { LarderError } from "@larder/core";
import type { OpenedRemote, RemoteConformanceOptions } from "./conformance-options.js";
import type { Ground } from "./test-definition.js";

/** Runs a test on a storage with paths of its own, and deletes afterwards what it stored. */
export async function onGround<Result>(
  opened: OpenedRemote,
  options: RemoteConformanceOptions,
  test: (ground: Ground) => Promise<Result>,
): Promise<Result> {
  const { storage } = opened;
  const put = opened.put ?? writing(opened);
  const remove = opened.remove ?? deleting(opened);
  const prefix = `larder-conformance/${randomBytes(6).toString("hex")}/`;
  const stored = new Set<string>();
  const path = (name: string) => {
    stored.add(prefix + name);
    return prefix + name;
  };
  try {
    return await test({
      storage,
      opened,
      options,
      path,
      put: async (name, bytes) => void (await put(path(name), bytes)),
      remove: async (name) => void (await remove(path(name))),
    });
  } finally {
    stored.delete(prefix);
    // What failed is told by the test; that nothing can be deleted any more adds nothing.
    for (const one of stored) await Promise.resolve(remove(one)).catch(() => {});
  }
}

function writing({ storage }: OpenedRemote): NonNullable<OpenedRemote["put"]> {
  if (storage.write === undefined) throw needed("put");
  return async (path, bytes) => void (await storage.write!(path, { bytes }));
}

function deleting({ storage }: OpenedRemote): NonNullable<OpenedRemote["remove"]> {
  if (storage.delete === undefined) throw needed("remove");
  return async (path) => void (await storage.delete!(path));
}

function needed(option: string): LarderError {
  return new LarderError(
    `The conformance suite needs '${option}' to test a storage that can't write: return it with the storage.`,
    { code: "invalid-option", facts: { option } },
  );
}
