import { createHash } from "node:crypto";

/** An object as a server keeps it. */
export interface StoredObject {
  readonly bytes: Uint8Array;
  /** With its quotes. */
  readonly etag: string;
  /** Counts up over all objects of a server. */
  readonly generation: number;
  /** Absolute, in milliseconds. */
  readonly modifiedAt: number;
  readonly contentType: string | undefined;
}

/** Objects in memory, by their path. */
export interface StoredObjects extends ReadonlyMap<string, StoredObject> {
  put(
    path: string,
    content: Uint8Array | string,
    options?: { readonly contentType?: string | undefined },
  ): StoredObject;
  delete(path: string): boolean;
}

/** As S3 makes ETags: of the content alone, so that equal contents have equal ETags. */
export function storedObjects(): StoredObjects {
  const objects = new Map<string, StoredObject>();
  let generation = 1000;
  return Object.assign(objects, {
    put(path: string, content: Uint8Array | string, options: { readonly contentType?: string | undefined } = {}) {
      const bytes = typeof content === "string" ? Buffer.from(content) : content.slice();
      const object: StoredObject = {
        bytes,
        etag: `"${createHash("md5").update(bytes).digest("hex")}"`,
        generation: ++generation,
        modifiedAt: Date.now(),
        contentType: options.contentType,
      };
      objects.set(path, object);
      return object;
    },
  });
}
