import { type CacheBackend, LarderError } from "@larder/core";
import { importUserModule } from "./user-module.js";

const methods = ["getMeta", "setMeta", "getBlob", "setBlob", "clear"] as const;

/**
 * A function that makes the backend of a user's module: its default export is a backend, a function that returns one
 * (or a promise of one), or a class.
 *
 * @throws LarderError `bad-module` when it is none of these
 */
export async function userBackend(file: string): Promise<() => Promise<CacheBackend>> {
  const exported = await importUserModule(file, "backend");
  return async () => {
    const backend = typeof exported === "function" ? await made(exported) : exported;
    const missing = methods.filter(
      (method) => typeof (backend as Record<string, unknown> | null | undefined)?.[method] !== "function",
    );
    if (missing.length > 0) {
      throw new LarderError(
        `The default export of ${file} is no backend: it has no method ${missing.join(", ")}. See the README of @larder/core.`,
        { code: "bad-module", facts: { file, missing } },
      );
    }
    return backend as CacheBackend;
  };
}

function made(exported: object): unknown {
  const isClass = /^class\b/.test(Function.prototype.toString.call(exported));
  return isClass ? new (exported as new () => unknown)() : (exported as () => unknown)();
}
