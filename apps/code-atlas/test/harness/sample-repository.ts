import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { newFolder, seededRandom, writeFiles } from "@larder/app-shared/testing";

/** A repository made up for tests. */
export interface SampleRepository {
  readonly root: string;
  /** Source files, relative, in order. */
  readonly paths: readonly string[];
}

/**
 * A repository in git with so many modules, each importing some before it; one installed package in a store, linked as pnpm
 * does; one file that can't be parsed; and two with the same content.
 */
export function sampleRepository(modules: number, seed = 1): SampleRepository {
  const root = newFolder("repository");
  const random = seededRandom(seed);
  const store = "node_modules/.pnpm/tiny@1.0.0/node_modules/tiny";
  const files: Record<string, string> = {
    ".gitignore": "node_modules/\ndist/\n",
    "package.json": JSON.stringify({ name: "sample", type: "module" }),
    "src/broken.ts": "export const = 1;\n",
    "src/same-a.ts": "export const same = 1;\n",
    "src/same-b.ts": "export const same = 1;\n",
    "dist/ignored.js": "export const ignored = 1;\n",
    [`${store}/package.json`]: JSON.stringify({
      name: "tiny",
      version: "1.0.0",
      exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
    }),
    [`${store}/index.js`]: "export function tiny(a) {\n  return a ? 1 : 2;\n}\n",
    [`${store}/index.d.ts`]: "export declare function tiny(a: boolean): number;\n",
  };
  for (let number = 0; number < modules; number++) files[`src/m${number}.ts`] = moduleText(number, random);
  writeFiles(root, files);
  mkdirSync(join(root, "node_modules"), { recursive: true });
  symlinkSync(".pnpm/tiny@1.0.0/node_modules/tiny", join(root, "node_modules", "tiny"));
  git(root, ["init", "-q"]);
  git(root, ["add", "."]);
  git(root, ["commit", "-q", "-m", "all of it"]);
  const paths = Object.keys(files).filter((path) => /\.[jt]s$/.test(path) && !path.startsWith("dist/"));
  return { root, paths: paths.sort() };
}

/** Runs git with nothing of this machine's settings. */
export function git(root: string, args: readonly string[]): void {
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "sample",
    GIT_AUTHOR_EMAIL: "sample@example.org",
    GIT_COMMITTER_NAME: "sample",
    GIT_COMMITTER_EMAIL: "sample@example.org",
  };
  execFileSync("git", [...args], { cwd: root, env, stdio: ["ignore", "ignore", "pipe"] });
}

function moduleText(number: number, random: () => number): string {
  const imports = Array.from({ length: Math.floor(random() * 4) }, () => Math.floor(random() * number));
  const lines = [...new Set(number === 0 ? [] : imports)].map((other) => `import { f${other} } from "./m${other}.js";`);
  const decisions = Math.floor(random() * 6);
  return [
    'import { tiny } from "tiny";',
    ...lines,
    `export function f${number}(a: number): number {`,
    ...Array.from({ length: decisions }, (_, at) => `  if (a === ${at}) return tiny(a > ${at} && true);`),
    "  return a;",
    "}",
    "",
  ].join("\n");
}
