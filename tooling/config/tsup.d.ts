import type { defineConfig } from "tsup";

/**
 * The build of every package: ES modules and their types, one output per entry.
 *
 * @param entry - entry points, name of the output → source file, relative to the package
 */
export declare function packageBuild(entry: Record<string, string>): ReturnType<typeof defineConfig>;
