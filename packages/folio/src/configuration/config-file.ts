import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LarderError } from "@larder/core";
import { baseDirectory, type Environment, homeOf } from "./setting-fields.js";

/** The version of the file's layout that is written, and the highest one that is read. */
export const configFileVersion = 1;

/** The largest file that can be one; a larger one is something else. */
const mostBytes = 1 << 20;

/**
 * Where the configuration file is, whether it exists or not: `LARDER_CONFIG`, else `$XDG_CONFIG_HOME/larder-folio/config.json`,
 * else `~/.config/larder-folio/config.json`. Not `larder/config.json`: its `directory` is where other caches are kept.
 */
export function configFilePath(env: Environment = process.env): string {
  const told = env.LARDER_CONFIG?.trim();
  if (told !== undefined && told !== "") return told;
  return join(baseDirectory(env.XDG_CONFIG_HOME) ?? join(homeOf(env), ".config"), "larder-folio", "config.json");
}

/**
 * What a configuration file holds, besides its version; not yet checked key by key. `undefined` when there is no file.
 *
 * @throws LarderError `invalid-settings`: it can't be read, is no JSON object, or is of a later version
 */
export function readConfigFile(path: string): Readonly<Record<string, unknown>> | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  const { version, ...content } = parsedConfig(path, text);
  return content;
}

/** The JSON of a configuration file, its version checked. @throws LarderError `invalid-settings` */
export function parsedConfig(path: string, text: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    // The text of a syntax error quotes the file, which may hold what is not for a log: only the place is told.
    const at = /position (\d+)/.exec(String(error))?.[1];
    throw unusable(path, at === undefined ? "it is not valid JSON" : `it is not valid JSON (near character ${at})`);
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw unusable(path, "it must hold a JSON object");
  }
  const { version = configFileVersion } = content as { readonly version?: unknown };
  if (!Number.isInteger(version) || (version as number) < 1) {
    throw unusable(path, "its 'version' must be a whole number of at least 1");
  }
  if ((version as number) > configFileVersion) {
    throw unusable(
      path,
      `it is of version ${String(version)}, and this Larder knows versions up to ${configFileVersion}`,
    );
  }
  return content as Record<string, unknown>;
}

/** The text of the file; `undefined` when there is none. @throws LarderError `invalid-settings` */
export function readText(path: string): string | undefined {
  try {
    const bytes = readFileSync(path);
    if (bytes.byteLength > mostBytes) throw unusable(path, `it has ${bytes.byteLength} bytes, more than ${mostBytes}`);
    const text = new TextDecoder().decode(bytes);
    return text.trim() === "" ? "{}" : text;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (LarderError.isInstance(error)) throw error;
    throw unusable(path, `it can't be read (${code ?? "unknown error"})`);
  }
}

function unusable(path: string, reason: string): LarderError {
  return new LarderError(
    `The configuration file ${path} can't be used: ${reason}. Mend it, remove it, or name another one by LARDER_CONFIG.`,
    { code: "invalid-settings", facts: { file: path, reason } },
  );
}
