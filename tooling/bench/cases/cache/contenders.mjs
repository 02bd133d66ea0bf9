// The stores that the benchmark `cache` compares, each called at its best by its own documentation. All of them keep what
// is acknowledged when the process is killed. LMDB, and so ours, has also brought it to disk by then; of SQLite and LevelDB there
// are two, as they are mostly used (what was written last is lost in a power cut), and with that promise ("synced").
//
// A contender: { get(key), set(key, bytes), getOrSet?(key, compute), together?(pairs), tag?, close() }, where `set` is acknowledged
// when its promise resolves (or when it returns), and `together` writes many at once, the quickest way the store has.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Cache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import { open } from "lmdb";
import { peer } from "../peer.mjs";

export const contenders = {
  async ours(directory) {
    const backend = new DiskCache({ directory: join(directory, "ours") });
    const cache = new Cache({ backend });
    return {
      get: (key) => cache.get(key),
      set: (key, bytes) => cache.set(key, bytes),
      getOrSet: (key, compute) => cache.getOrSet(key, compute),
      together: (pairs) => Promise.all(pairs.map(([key, bytes]) => cache.set(key, bytes))),
      setTagged: (pairs) => Promise.all(pairs.map(([key, bytes, tag]) => cache.set(key, bytes, { tags: [tag] }))),
      evictTag: (tag) => cache.evictTag(tag),
      close: () => cache.close(),
    };
  },

  /** Bytes as they are, in a named database, as we have one. */
  async lmdb(directory) {
    mkdirSync(directory, { recursive: true });
    const environment = open({ path: join(directory, "lmdb.mdb"), encoding: "binary" });
    const database = environment.openDB({ name: "values", encoding: "binary" });
    return {
      // `getBinary` copies, as is needed for a value that is kept.
      get: (key) => database.getBinary(key),
      set: (key, bytes) => database.put(key, bytes),
      together: (pairs) => Promise.all(pairs.map(([key, bytes]) => database.put(key, bytes))),
      close: () => environment.close(),
    };
  },

  "better-sqlite3": (directory) => sqlite(directory, "NORMAL"),
  "better-sqlite3 (synced)": (directory) => sqlite(directory, "FULL"),
  "classic-level": (directory) => level(directory, false),
  "classic-level (synced)": (directory) => level(directory, true),

  async cacache(directory) {
    const { default: cacache } = await peer("cacache");
    const path = join(directory, "cacache");
    return {
      get: async (key) => {
        try {
          return (await cacache.get(path, key)).data;
        } catch (error) {
          if (error.code === "ENOENT") return undefined;
          throw error;
        }
      },
      set: (key, bytes) => cacache.put(path, key, bytes),
      close() {},
    };
  },

  async "keyv-sqlite"(directory) {
    const { Keyv } = await peer("keyv");
    const { KeyvSqlite } = await peer("@keyv/sqlite");
    mkdirSync(directory, { recursive: true });
    const store = new KeyvSqlite({ uri: `sqlite://${join(directory, "keyv.db")}`, busyTimeout: 60_000 });
    const keyv = new Keyv({ store });
    return {
      get: (key) => keyv.get(key),
      set: (key, bytes) => keyv.set(key, Buffer.from(bytes)),
      close: () => store.close?.(),
    };
  },

  /** A store of text: bytes go in as base64. */
  async bentocache(directory) {
    const { BentoCache, bentostore } = await peer("bentocache");
    const { fileDriver } = await peer("bentocache/drivers/file");
    mkdirSync(directory, { recursive: true });
    const store = bentostore().useL2Layer(fileDriver({ directory: join(directory, "bento"), pruneInterval: false }));
    const bento = new BentoCache({ default: "files", stores: { files: store } });
    const bytes = (text) => (text === undefined ? undefined : Buffer.from(text, "base64"));
    return {
      get: async (key) => bytes(await bento.get({ key })),
      set: (key, value) => bento.set({ key, value: Buffer.from(value).toString("base64") }),
      getOrSet: async (key, compute) =>
        bytes(await bento.getOrSet({ key, factory: async () => Buffer.from(await compute()).toString("base64") })),
      close: () => bento.disconnect(),
    };
  },
};

async function sqlite(directory, synchronous) {
  const { default: Database } = await peer("better-sqlite3");
  mkdirSync(directory, { recursive: true });
  const database = new Database(join(directory, "sqlite.db"));
  database.pragma("journal_mode = WAL");
  database.pragma(`synchronous = ${synchronous}`);
  database.pragma("busy_timeout = 60000");
  database.exec("CREATE TABLE IF NOT EXISTS cache (key TEXT PRIMARY KEY, value BLOB, tag TEXT) WITHOUT ROWID");
  const select = database.prepare("SELECT value FROM cache WHERE key = ?").pluck();
  const insert = database.prepare("INSERT OR REPLACE INTO cache (key, value, tag) VALUES (?, ?, ?)");
  const many = database.transaction((pairs) => {
    for (const [key, bytes, tag = null] of pairs) insert.run(key, bytes, tag);
  });
  return {
    get: (key) => select.get(key),
    set: (key, bytes) => insert.run(key, bytes, null),
    together: (pairs) => many.immediate(pairs),
    setTagged(pairs) {
      database.exec("CREATE INDEX IF NOT EXISTS tags ON cache (tag)");
      many.immediate(pairs);
    },
    evictTag: (tag) => database.prepare("DELETE FROM cache WHERE tag = ?").run(tag).changes,
    close: () => database.close(),
  };
}

async function level(directory, sync) {
  const { ClassicLevel } = await peer("classic-level");
  mkdirSync(directory, { recursive: true });
  const database = new ClassicLevel(join(directory, "level"), { valueEncoding: "view" });
  await database.open();
  return {
    get: (key) => database.get(key),
    set: (key, bytes) => database.put(key, bytes, { sync }),
    together: (pairs) =>
      database.batch(
        pairs.map(([key, value]) => ({ type: "put", key, value })),
        { sync },
      ),
    close: () => database.close(),
  };
}
