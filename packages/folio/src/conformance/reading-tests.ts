import assert from "node:assert/strict";
import { bodyOf, expectBytes, expectLarderError, found, rejection, sampleBytes } from "./expectations.js";
import { listed } from "./listed.js";
import type { TestDefinition } from "./test-definition.js";

const kibi = 1024;
const sizes = [0, 1, 100, 64 * kibi - 1, 64 * kibi, 64 * kibi + 1, kibi * kibi + 7];
const names = [
  "plain.txt",
  "a/b/c/deep.bin",
  "with space",
  "plus+sign",
  "percent%20encoded",
  "100%",
  "question?mark=1&b#hash",
  "quotes'\"()*!,;=$@:~",
  "[brackets]{braces}<angles>|^`",
  "ünïcödé/日本語/🦔",
  "e\u0301 is not \u00e9",
  "__proto__",
  "constructor",
  "..hidden",
  "trailing.",
  `${"n".repeat(200)}.bin`,
];
const outside = [
  "",
  "/",
  "/absolute",
  "a//b",
  "a/",
  "../up",
  "a/../b",
  "./a",
  "a/.",
  "..",
  "nul\0",
  "line\n",
  "a\\b",
  ".larder/x",
  "\ud800",
  "x".repeat(300),
];

/** Bytes behind names. */
export const readingTests: readonly TestDefinition[] = [
  {
    name: "its address has no user, query, fragment or last slash",
    async run({ storage: { url } }) {
      assert.match(url, /^[a-z][a-z0-9+.-]*:\/\/[^\s]*[^/\s]$/, "the address is a URL without a slash at its end");
      assert.ok(!/^[a-z][a-z0-9+.-]*:\/\/[^/]*@/.test(url), "the address has no user information");
      assert.ok(!/[?#]/.test(url), "the address has no query and no fragment");
    },
  },
  {
    name: "it has the methods that its abilities tell of",
    async run({ storage, options }) {
      const { abilities } = storage;
      assert.equal(typeof storage.write, abilities.write ? "function" : "undefined", "write()");
      assert.equal(typeof storage.delete, abilities.write ? "function" : "undefined", "delete()");
      assert.equal(typeof storage.list, abilities.list ? "function" : "undefined", "list()");
      if (!abilities.write)
        assert.equal(abilities.conditionalWrites, false, "what can't write has no conditional writes");
      for (const [name, value] of Object.entries(options.abilities ?? {})) {
        assert.equal(abilities[name as keyof typeof abilities], value, `abilities.${name}`);
      }
    },
  },
  {
    name: "what is not there is absent, and a folder is not there",
    async run({ storage, path, put }) {
      await put("folder/file", sampleBytes(3));
      for (const name of ["never", "folder", "folder/never", "folder/file/never", "__proto__", "toString"]) {
        assert.equal(await storage.head(path(name)), undefined, `head(${name})`);
        assert.deepEqual(await storage.read(path(name)), { status: "absent" }, `read(${name})`);
        assert.deepEqual(
          await storage.read(path(name), { start: 1, end: 2 }),
          { status: "absent" },
          `a range of ${name}`,
        );
        assert.deepEqual(
          await storage.read(path(name), { start: 2, end: 2 }),
          { status: "absent" },
          `no bytes of ${name}`,
        );
      }
    },
  },
  {
    name: "bytes of every size come back, and their length is told before",
    async run({ storage, path, put }) {
      for (const size of sizes) {
        const bytes = sampleBytes(size, size);
        await put(`size-${size}`, bytes);
        const object = await storage.head(path(`size-${size}`));
        assert.equal(object?.byteLength, size, `head() of ${size} bytes`);
        assert.equal(object.path, path(`size-${size}`), "the path that head() tells");
        const read = found(await storage.read(path(`size-${size}`)), `${size} bytes`);
        assert.deepEqual(
          [read.start, read.end, read.object.byteLength],
          [0, size, size],
          `what read() tells of ${size} bytes`,
        );
        assert.equal(read.object.version, object.version, "read() and head() tell the same version");
        assert.equal(read.object.path, object.path, "the path that read() tells");
        expectBytes(await bodyOf(read, `${size} bytes`), bytes, `${size} bytes`);
      }
    },
  },
  {
    name: "names of all kinds are names of different objects",
    async run({ storage, path, put }) {
      for (const [i, name] of names.entries()) await put(name, sampleBytes(20 + i, i));
      for (const [i, name] of names.entries()) {
        expectBytes(await bodyOf(await storage.read(path(name)), name), sampleBytes(20 + i, i), `the object '${name}'`);
        assert.equal((await storage.head(path(name)))?.byteLength, 20 + i, `head() of '${name}'`);
      }
    },
  },
  {
    name: "a path that leads out of the bundle, or is none, is refused",
    async run({ storage }) {
      for (const path of outside) {
        const shown = JSON.stringify(path);
        await expectLarderError(storage.head(path), "invalid-remote-path", `head(${shown})`);
        await expectLarderError(storage.read(path), "invalid-remote-path", `read(${shown})`);
        if (!storage.abilities.write) continue;
        await expectLarderError(
          storage.write!(path, { bytes: sampleBytes(1) }),
          "invalid-remote-path",
          `write(${shown})`,
        );
        await expectLarderError(storage.delete!(path), "invalid-remote-path", `delete(${shown})`);
      }
    },
  },
  {
    name: "the time of change, where it is told, is near now",
    async run({ storage, path, put }) {
      await put("timed", sampleBytes(5));
      const { modifiedAt } = (await storage.head(path("timed"))) ?? {};
      if (modifiedAt === undefined) return "it tells no time";
      // Another machine has another clock.
      assert.ok(Math.abs(modifiedAt - Date.now()) < 3_600_000, `it was changed at ${modifiedAt}`);
    },
  },
  {
    name: "a body may be given up, begun or not, and the storage goes on",
    async run({ storage, path, put }) {
      const bytes = sampleBytes(2 * kibi * kibi);
      await put("given up", bytes);
      for (let i = 0; i < 30; i++) {
        const { body } = found(await storage.read(path("given up")), "a body to give up");
        const iterator = body[Symbol.asyncIterator]();
        if (i % 2 === 0) assert.equal((await iterator.next()).done, false, "a body of 2 MiB has a piece");
        assert.ok(iterator.return !== undefined, "the iterator of a body has return()");
        await iterator.return();
        assert.equal((await iterator.next()).done, true, "a body that was given up has ended");
      }
      expectBytes(await bodyOf(await storage.read(path("given up")), "a body read whole"), bytes, "a body read whole");
    },
  },
  {
    name: "many reads at a time don't mix",
    async run({ storage, path, put }) {
      for (let i = 0; i < 4; i++) await put(`mixed-${i}`, sampleBytes(200 * kibi + i, i));
      await Promise.all(
        Array.from({ length: 16 }, async (_, i) => {
          const bytes = await bodyOf(await storage.read(path(`mixed-${i % 4}`)), "one of many");
          expectBytes(bytes, sampleBytes(200 * kibi + (i % 4), i % 4), "one of many");
        }),
      );
    },
  },
  {
    name: "a signal that has come rejects with its reason",
    async run({ storage, path, put }) {
      await put("aborted", sampleBytes(10));
      const reason = new Error("enough");
      const signal = AbortSignal.abort(reason);
      const calls = {
        head: () => storage.head(path("aborted"), { signal }),
        read: () => storage.read(path("aborted"), { signal }),
        ...(storage.abilities.write && {
          write: () => storage.write!(path("aborted too"), { bytes: sampleBytes(1) }, { signal }),
          delete: () => storage.delete!(path("aborted"), { signal }),
        }),
        ...(storage.abilities.list && { list: () => listed(storage, { signal }) }),
      };
      for (const [name, call] of Object.entries(calls)) {
        assert.equal(await rejection(call(), name), reason, `what ${name}() rejects with`);
      }
      assert.equal(await storage.head(path("aborted too")), undefined, "nothing was stored");
      assert.equal((await storage.head(path("aborted")))?.byteLength, 10, "nothing was deleted");
    },
  },
  {
    name: "a signal ends a body that is being read",
    async run({ storage, path, put }) {
      await put("long", sampleBytes(4 * kibi * kibi));
      const controller = new AbortController();
      const reason = new Error("enough");
      const { body } = found(await storage.read(path("long"), { signal: controller.signal }), "a body of 4 MiB");
      const iterator = body[Symbol.asyncIterator]();
      await iterator.next();
      controller.abort(reason);
      const drain = async () => {
        while (!(await iterator.next()).done);
      };
      assert.equal(await rejection(drain(), "the body"), reason, "what the body rejects with");
    },
  },
];
