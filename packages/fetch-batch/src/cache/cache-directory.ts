import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { FetchBatchError } from "../errors/fetch-batch-error.js";

/** What a place is judged by; the process's own where left out. */
export interface Surroundings {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
}

/**
 * Where caches lie when a call does not say: `LARDER_DIRECTORY`; else `directory` of the configuration file (`larder/config.json` in the
 * user's directory for configuration, from which a relative path starts); else `larder` in the user's directory for caches.
 *
 * | | configuration | caches |
 * |---|---|---|
 * | Linux | `XDG_CONFIG_HOME` or `~/.config` | `XDG_CACHE_HOME` or `~/.cache` |
 * | macOS | `~/Library/Application Support` | `~/Library/Caches` |
 * | Windows | `APPDATA` | `LOCALAPPDATA` |
 *
 * @throws FetchBatchError `invalid-configuration` when the file is there and can't be used
 */
export async function cacheDirectory(surroundings: Surroundings = {}): Promise<string> {
  const { environment = process.env } = surroundings;
  if (environment.LARDER_DIRECTORY) return environment.LARDER_DIRECTORY;
  const { configuration, caches } = userDirectories(surroundings);
  return (await configuredDirectory(join(configuration, "larder", "config.json"))) ?? join(caches, "larder");
}

function userDirectories({ environment = process.env, platform = process.platform, home = homedir() }: Surroundings) {
  if (platform === "darwin") {
    return {
      configuration: join(home, "Library", "Application Support"),
      caches: join(home, "Library", "Caches"),
    };
  }
  if (platform === "win32") {
    return {
      configuration: environment.APPDATA || join(home, "AppData", "Roaming"),
      caches: environment.LOCALAPPDATA || join(home, "AppData", "Local"),
    };
  }
  return {
    configuration: environment.XDG_CONFIG_HOME || join(home, ".config"),
    caches: environment.XDG_CACHE_HOME || join(home, ".cache"),
  };
}

async function configuredDirectory(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw invalidConfiguration(path, "it can't be read", cause);
  }
  let configuration: unknown;
  try {
    configuration = JSON.parse(text);
  } catch (cause) {
    throw invalidConfiguration(path, "it is not JSON", cause);
  }
  if (typeof configuration !== "object" || configuration === null || Array.isArray(configuration)) {
    throw invalidConfiguration(path, "it is not an object");
  }
  const { directory } = configuration as { readonly directory?: unknown };
  if (directory === undefined) return undefined;
  if (typeof directory !== "string" || directory === "") throw invalidConfiguration(path, "directory must be a path");
  return resolve(dirname(path), directory);
}

function invalidConfiguration(path: string, why: string, cause?: unknown): FetchBatchError {
  return new FetchBatchError(
    `The configuration file ${path} can't be used: ${why}. Correct it, or set LARDER_DIRECTORY.`,
    {
      code: "invalid-configuration",
      facts: { path, why },
      cause,
    },
  );
}
