import { answerRead, type ReadHabits } from "./answer-read.js";
import { type Answer, type Asked, type FaultyServer, faultyServer } from "./faulty-server.js";
import { type StoredObject, type StoredObjects, storedObjects } from "./stored-objects.js";

/** A plain HTTP server of objects in memory: strong ETags, ranges, conditions, HEAD. Read only over HTTP. */
export interface ObjectServer extends FaultyServer {
  /** The address of a bundle: `<origin>/<folder>`. */
  readonly url: string;
  readonly objects: StoredObjects;
  /** Stores an object of the bundle. @param path - within the bundle */
  put(path: string, content: Uint8Array | string): StoredObject;
  /** Forgets an object of the bundle. */
  remove(path: string): boolean;
}

export interface ObjectServerOptions extends ReadHabits {
  /** Where the bundle is; default `bundle`. */
  readonly folder?: string;
  /** What the Authorization header must be; else 401. */
  readonly authorization?: string;
  /** Answers before the objects are looked at: redirects, and control from outside. */
  readonly before?: (asked: Asked, server: ObjectServer) => Answer | undefined;
}

/** Starts it on a free port of the loopback. */
export async function objectServer(options: ObjectServerOptions = {}): Promise<ObjectServer> {
  const { folder = "bundle", authorization, before } = options;
  const objects = storedObjects();
  const server = await faultyServer((asked) => {
    const early = before?.(asked, self);
    if (early !== undefined) return early;
    if (authorization !== undefined && asked.headers.authorization !== authorization) {
      return { status: 401, headers: { "www-authenticate": "Basic" }, body: "who are you?" };
    }
    if (asked.method !== "GET" && asked.method !== "HEAD") return { status: 405, body: "read only" };
    return answerRead(asked, objects.get(asked.path), options);
  });
  const self: ObjectServer = Object.assign(server, {
    url: `${server.origin}/${folder}`,
    objects,
    put: (path: string, content: Uint8Array | string) => objects.put(`${folder}/${path}`, content),
    remove: (path: string) => objects.delete(`${folder}/${path}`),
  });
  return self;
}
