import type { RemoteObject, RemoteOptions, RemoteStorage } from "../remote/remote-storage.js";

/** All that a storage lists. */
export async function listed(storage: RemoteStorage, options?: RemoteOptions): Promise<RemoteObject[]> {
  const objects: RemoteObject[] = [];
  for await (const object of storage.list!(options)) objects.push(object);
  return objects;
}
