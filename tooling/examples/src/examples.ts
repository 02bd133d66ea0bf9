import { readFileSync } from "node:fs";
import { join } from "node:path";
import { codeBlocks } from "./code-blocks.js";
import { markdownPages } from "./markdown-pages.js";

/** A block of TypeScript in a Markdown page, to be run as a program of its own. */
export interface Example {
  /** The page, relative to the repository's root. */
  readonly page: string;
  /** Line of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
  /** Its first line is `// needs redis`: runs only where a Redis answers. */
  readonly needsRedis: boolean;
}

/** Every `ts` block of every page under `root`. */
export function findExamples(root: string): Example[] {
  return markdownPages(root).flatMap((page) =>
    codeBlocks(readFileSync(join(root, page), "utf8"))
      .filter(({ info }) => info === "ts")
      .map(({ code, line }) => ({ page, line, code, needsRedis: /^\s*\/\/ needs redis\b/i.test(code) })),
  );
}

/**
 * TypeScript blocks that would not be run because of how they are marked, as "page:line ```info".
 * An example that does not run is an example that is wrong one day, so none is exempt.
 */
export function unrunnableBlocks(root: string): string[] {
  return markdownPages(root).flatMap((page) =>
    codeBlocks(readFileSync(join(root, page), "utf8"))
      .filter(({ info }) => /^(ts|typescript|tsx)\b/i.test(info) && info !== "ts")
      .map(({ info, line }) => `${page}:${line - 1} \`\`\`${info}`),
  );
}

/** READMEs that must show a running example and have none: that of the repository and those of packages/. */
export function readmesWithoutExample(root: string): string[] {
  const shown = new Set(findExamples(root).map(({ page }) => page));
  return markdownPages(root).filter((page) => /^(packages\/[^/]+\/)?README\.md$/.test(page) && !shown.has(page));
}
