import { stat } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { LarderError } from "@larder/core";

/**
 * The default export of a module that the user named.
 *
 * @param what - what it should be, such as `backend`
 * @throws LarderError `bad-module` when there is no such file, it can't be loaded, or it has no default export
 */
export async function importUserModule(file: string, what: string): Promise<unknown> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw refusal(`There is no ${what} module ${file}. Check the path.`, file);
  if (!found.isFile()) throw refusal(`${file} is not a file. Name the module of your ${what}.`, file);
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0]! : String(cause);
    throw refusal(`The ${what} module ${file} can't be loaded: ${reason.replace(/\.$/, "")}.`, file, cause);
  }
  const value = unwrapped(module.default);
  if (value === undefined) throw refusal(`${file} has no default export. Export your ${what} as default.`, file);
  return value;
}

/** A CommonJS module that was compiled from an ES module has its default export one step further in. */
function unwrapped(value: unknown): unknown {
  const inner = value as { readonly __esModule?: boolean; readonly default?: unknown } | null | undefined;
  return typeof inner === "object" && inner !== null && inner.__esModule === true ? inner.default : value;
}

function refusal(message: string, file: string, cause?: unknown): LarderError {
  return new LarderError(message, { code: "bad-module", facts: { file }, cause });
}
