import type { RemoteBody, RemoteObject, RemoteRead, RemoteStorage } from "../../src/index.js";
import { RemoteError } from "../../src/index.js";

/** A storage with one fault, and the test that must find it (others may, too). */
export interface BrokenStorage {
  readonly fault: string;
  readonly foundBy: string;
  wrong(right: Required<RemoteStorage>): Partial<RemoteStorage>;
}

function broken(fault: string, foundBy: string, wrong: BrokenStorage["wrong"]): BrokenStorage {
  return { fault, foundBy, wrong };
}

type Found = Extract<RemoteRead, { readonly status: "found" }>;

/** Reads as the right one does, and changes what is found. */
function reading(
  change: (read: Found, options: Parameters<RemoteStorage["read"]>[1]) => RemoteRead | Promise<RemoteRead>,
) {
  return (right: RemoteStorage): Partial<RemoteStorage> => ({
    async read(path, options) {
      const read = await right.read(path, options);
      return read.status === "found" ? change(read, options) : read;
    },
  });
}

async function* pieces(body: AsyncIterable<Uint8Array>, change: (piece: Uint8Array) => Uint8Array | undefined) {
  for await (const piece of body) {
    const changed = change(piece);
    if (changed !== undefined) yield changed;
  }
}

const withVersion = (object: RemoteObject, version: string | undefined): RemoteObject => ({ ...object, version });
const sizeOf = (body: RemoteBody) => ("bytes" in body ? body.bytes.byteLength : body.byteLength);
const conflict = (path: string) => new RemoteError("No.", { code: "remote-conflict", facts: { path } });

const missing = "what is not there is absent, and a folder is not there";
const sizes = "bytes of every size come back, and their length is told before";
const ranges = "a range has the bytes that were asked for, or says that it is the whole";
const pinned = "a read that is for one version is 'changed' once there is another, whole or in part";
const checked = "an object that was not changed is 'unchanged', and one that was is read";
const created = "an object is created only where there is none";
const swapped = "an object is replaced only while it has the version that was asked for";
const listing = "list() tells every object once, as head() does";

/** Every fault the suite is known to find. */
export const brokenStorages: readonly BrokenStorage[] = [
  broken("shows a password in its address", "its address has no user, query, fragment or last slash", () => ({
    url: "https://user:password@host/lab",
  })),
  broken("ends its address with a slash", "its address has no user, query, fragment or last slash", ({ url }) => ({
    url: `${url}/`,
  })),
  broken("claims to write and can't", "it has the methods that its abilities tell of", () => ({
    write: undefined as never,
  })),
  broken("writes and does not say so", "it has the methods that its abilities tell of", ({ abilities }) => ({
    abilities: { ...abilities, write: false },
  })),
  broken("throws for what is not there", missing, (right) => ({
    async read(path, options) {
      const read = await right.read(path, options);
      if (read.status === "absent") throw conflict(path);
      return read;
    },
  })),
  broken("finds a folder", missing, (right) => ({
    head: async (path) => (path.endsWith("folder") ? { path, byteLength: 0, version: "1" } : right.head(path)),
  })),
  broken(
    "loses the last byte",
    sizes,
    reading((read) => ({
      ...read,
      body: pieces(read.body, (piece) => piece.subarray(0, Math.min(piece.byteLength, 262_143))),
    })),
  ),
  broken("hands out a longer length than there is", sizes, (right) => ({
    head: async (path) => {
      const object = await right.head(path);
      return object && { ...object, byteLength: object.byteLength + 1 };
    },
  })),
  broken(
    "flips a bit",
    sizes,
    reading((read) => ({
      ...read,
      body: pieces(read.body, (piece) => piece.map((byte, i) => (i === 7 ? byte ^ 1 : byte))),
    })),
  ),
  broken("decodes names", "names of all kinds are names of different objects", (right) => ({
    write: (path, body, options) => right.write(path.replace("%20", " "), body, options),
    read: (path, options) => right.read(path.replace("%20", " "), options),
    head: (path, options) => right.head(path.replace("%20", " "), options),
  })),
  broken("normalizes Unicode", "list() tells every object once, as head() does", (right) => ({
    async *list() {
      for await (const object of right.list()) yield { ...object, path: object.path.normalize("NFD") };
    },
  })),
  broken("takes paths that lead out", "a path that leads out of the bundle, or is none, is refused", () => ({
    head: async () => undefined,
  })),
  broken("was changed in 1970", "the time of change, where it is told, is near now", (right) => ({
    head: async (path) => {
      const object = await right.head(path);
      return object && { ...object, modifiedAt: 0 };
    },
  })),
  broken(
    "can't give up a body",
    "a body may be given up, begun or not, and the storage goes on",
    reading((read) => {
      const { next } = read.body[Symbol.asyncIterator]();
      return { ...read, body: { [Symbol.asyncIterator]: () => ({ next }) } };
    }),
  ),
  broken("mixes reads", "many reads at a time don't mix", (right) => {
    let last = "";
    return {
      async read(path, options) {
        last = path;
        await new Promise((resolve) => setImmediate(resolve));
        return right.read(last, options);
      },
    };
  }),
  broken("pays no attention to signals", "a signal that has come rejects with its reason", (right) => ({
    read: (path, options) => right.read(path, { ...options, signal: undefined }),
  })),
  broken("stores in spite of a signal", "a signal that has come rejects with its reason", (right) => ({
    async write(path, body, options) {
      const object = await right.write(path, body, { ...options, signal: undefined });
      options?.signal?.throwIfAborted();
      return object;
    },
  })),
  broken("reads on in spite of a signal", "a signal ends a body that is being read", (right) => ({
    read: (path, options) => right.read(path, { ...options, signal: undefined }),
  })),
  broken("ends a range one byte late", ranges, (right) => ({
    async read(path, options) {
      const read = await right.read(path, {
        ...options,
        end: options?.end === undefined ? undefined : options.end + 1,
      });
      return read.status === "found" ? { ...read, end: options?.end ?? read.end } : read;
    },
  })),
  broken("says of the whole that it is the range", ranges, (right) => ({
    async read(path, options) {
      const read = await right.read(path, { ...options, start: undefined, end: undefined });
      return read.status === "found" ? { ...read, start: options?.start ?? 0, end: options?.end ?? read.end } : read;
    },
  })),
  broken(
    "does not cut a range to what there is",
    "a range is cut to what there is",
    reading((read, options) => ({
      ...read,
      end: options?.end ?? read.end,
    })),
  ),
  broken("takes a range for another", "a range that is none is refused", (right) => ({
    read: (path, options) => right.read(path, { ...options, start: undefined, end: undefined }),
  })),
  broken(
    "has versions that change on their own",
    "the version stays while an object stays, and differs once it has changed",
    (right) => {
      let count = 0;
      return {
        head: async (path) => {
          const object = await right.head(path);
          return object && withVersion(object, String(count++));
        },
      };
    },
  ),
  broken(
    "has a version made of the length",
    "the version stays while an object stays, and differs once it has changed",
    (right) => ({
      head: async (path) => {
        const object = await right.head(path);
        return object && withVersion(object, `"${object.byteLength}"`);
      },
    }),
  ),
  broken("knows nothing of what is unchanged", checked, (right) => ({
    read: (path, options) => right.read(path, { ...options, unlessVersion: undefined }),
  })),
  broken("thinks that all is unchanged", checked, (right) => ({
    read: async (path, options) =>
      options?.unlessVersion === undefined ? right.read(path, options) : { status: "unchanged" },
  })),
  broken("reads another version than was asked for", pinned, (right) => ({
    read: (path, options) => right.read(path, { ...options, ifVersion: undefined }),
  })),
  broken("looks at the version of whole reads only", pinned, (right) => ({
    read: (path, options) => right.read(path, options?.start ? { ...options, ifVersion: undefined } : options),
  })),
  broken("remembers what was deleted", "what was deleted is absent, whatever version was asked for", (right) => {
    const last = new Map<string, RemoteObject>();
    return {
      head: async (path) => {
        const object = (await right.head(path)) ?? last.get(path);
        if (object !== undefined) last.set(path, object);
        return object;
      },
    };
  }),
  broken(
    "reads what takes its place meanwhile",
    "what is read while it is replaced is the old or the new, never a mixture",
    (right) => ({
      async read(path, options) {
        const read = await right.read(path, options);
        if (read.status !== "found" || read.end < 1000) return read;
        await read.body[Symbol.asyncIterator]().return?.();
        return { ...read, body: halves(right, path) };
      },
    }),
  ),
  broken("tells another version after writing", "write() tells of the object as head() does afterwards", (right) => ({
    write: async (path, body, options) => withVersion(await right.write(path, body, options), "1"),
  })),
  broken(
    "leaves the end of what it overwrites",
    "an overwrite replaces an object, by shorter and longer bytes",
    (right) => {
      const longest = new Map<string, Uint8Array>();
      return {
        write: async (path, body, options) => {
          const bytes = "bytes" in body ? body.bytes : new Uint8Array();
          const old = longest.get(path) ?? new Uint8Array();
          const whole = Buffer.concat([bytes, old.subarray(bytes.byteLength)]);
          longest.set(path, whole);
          return right.write(path, { bytes: whole }, options);
        },
      };
    },
  ),
  broken(
    "stores the buffer behind a part",
    "a part of a larger buffer is stored as that part, and the caller's buffer stays as it is",
    (right) => ({
      write: (path, body, options) =>
        right.write(path, "bytes" in body ? { bytes: new Uint8Array(body.bytes.buffer) } : body, options),
    }),
  ),
  broken(
    "scribbles on the caller's buffer",
    "a part of a larger buffer is stored as that part, and the caller's buffer stays as it is",
    (right) => ({
      write: async (path, body, options) => {
        const object = await right.write(path, body, options);
        if ("bytes" in body) body.bytes.fill(0);
        return object;
      },
    }),
  ),
  broken("stores of a file what fits", "a file is stored with all its bytes", (right) => ({
    write: (path, body, options) =>
      right.write(path, "file" in body ? { bytes: new Uint8Array(Math.min(sizeOf(body), 65_536)) } : body, options),
  })),
  broken(
    "removes what was there when a write fails",
    "a file that is not there, or has another length than was said, is not stored, and what was there stays",
    (right) => ({
      write: async (path, body, options) => {
        if ("file" in body) await right.delete(path);
        return right.write(path, body, options);
      },
    }),
  ),
  broken("deletes nothing", "a deleted object is forgotten, and its name can be used again", () => ({
    delete: async () => true,
  })),
  broken("drops one of many writes", "many writes at a time all arrive", (right) => {
    let writing = 0;
    return {
      write: async (path, body, options) => {
        if (++writing > 12) return { path, byteLength: sizeOf(body), version: "1" };
        return right.write(path, body, options);
      },
    };
  }),
  broken(
    "sees nothing of others",
    "another storage on the same bundle sees what this one writes and deletes",
    (right) => {
      const own = new Map<string, RemoteObject>();
      return {
        write: async (path, body) => {
          const object = { path, byteLength: sizeOf(body), version: "1" };
          own.set(path, object);
          return object;
        },
        head: async (path) => own.get(path) ?? right.head(path),
      };
    },
  ),
  broken("creates over what is there", created, (right) => ({
    write: (path, body, options) => right.write(path, body, { ...options, ifVersion: options?.ifVersion ?? undefined }),
  })),
  broken("replaces whatever there is", swapped, (right) => ({
    write: (path, body, options) => right.write(path, body, options?.ifVersion === null ? options : {}),
  })),
  broken("revives what was deleted", swapped, (right) => ({
    write: async (path, body, options) =>
      right.write(path, body, (await right.head(path)) === undefined ? {} : options),
  })),
  broken(
    "looks at the condition first, and writes then",
    "of several who create an object at once, one does",
    (right) => ({
      write: async (path, body, options) => {
        if (options?.ifVersion !== null) return right.write(path, body, options);
        if ((await right.head(path)) !== undefined) throw conflict(path);
        return right.write(path, body);
      },
    }),
  ),
  broken("loses changes made at once", "changes by compare and swap, by several at once, lose none", (right) => ({
    write: async (path, body, options) => {
      const { version } = (await right.head(path)) ?? {};
      if (options?.ifVersion !== undefined && (version ?? null) !== options.ifVersion) throw conflict(path);
      return right.write(path, body);
    },
  })),
  broken(
    "takes no conditions and writes all the same",
    "where conditions can't be had, each conditional write says so, and stores nothing",
    (right) => ({
      abilities: { ...right.abilities, conditionalWrites: "probe" },
      write: async (path, body, options) => {
        const object = await right.write(path, body);
        if (options?.ifVersion === undefined) return object;
        throw new RemoteError("No.", { code: "remote-no-conditions", facts: { path } });
      },
    }),
  ),
  broken("lists folders", listing, (right) => ({
    async *list() {
      for await (const object of right.list()) {
        yield object;
        yield { ...object, path: object.path.slice(0, object.path.lastIndexOf("/")) };
      }
    },
  })),
  broken("lists one page", "list() tells of as many objects as there are", (right) => ({
    async *list() {
      let count = 0;
      for await (const object of right.list()) if (count++ < 50) yield object;
    },
  })),
  broken(
    "breaks off a list when an object goes",
    "list() goes on while objects come and go, and may be left",
    (right) => ({
      async *list() {
        const before: RemoteObject[] = [];
        for await (const object of right.list()) before.push(object);
        for (const object of before) {
          if ((await right.head(object.path)) === undefined) throw conflict(object.path);
          yield object;
        }
      },
    }),
  ),
];

/** The first half as it is now, the second as it is when that was read. */
async function* halves(storage: RemoteStorage, path: string): AsyncGenerator<Uint8Array> {
  for (const half of [0, 1]) {
    const { byteLength } = (await storage.head(path))!;
    const middle = Math.floor(byteLength / 2);
    const read = await storage.read(path, half === 0 ? { start: 0, end: middle } : { start: middle, end: byteLength });
    if (read.status === "found") yield* read.body;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
