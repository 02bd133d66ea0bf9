import type { defineConfig, Options } from "tsup";

/**
 * The build of every package: ES modules and their types, one output per entry.
 *
 * @param entry - entry points, name of the output → source file, relative to the package
 */
export declare function packageBuild(entry: Record<string, string>): ReturnType<typeof defineConfig>;

/**
 * How tests bundle a program for a process or thread of its own: made of the sources, one file for each, that plain Node
 * runs at once. To be given to `build` of tsup, with what is to stay outside.
 *
 * @param program.entry - name of the output → source file, absolute
 * @param program.outDir - where the files, `<name>.mjs`, go
 */
export declare function programBundle(program: { entry: Record<string, string>; outDir: string }): Options;
