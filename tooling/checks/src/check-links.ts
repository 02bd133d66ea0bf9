import { existsSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { markdownAnchors, markdownLinks } from "./markdown.js";
import { repositoryFiles } from "./repository-files.js";
import type { Violation } from "./violation.js";

/** Every relative link of every Markdown page leads to a file or folder that is there, and to a heading that is there. */
export function checkLinks(root: string): Violation[] {
  return repositoryFiles(root)
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) =>
      markdownLinks(readFileSync(join(root, file), "utf8")).flatMap(({ target, line }) => {
        const message = brokenLink(root, file, target);
        return message === undefined ? [] : [{ rule: "links", file, line, message }];
      }),
    );
}

function brokenLink(root: string, file: string, target: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target)) return undefined;
  const [path = "", anchor] = decodeURIComponent(target).split("#");
  const page = path === "" ? file : posix.join(posix.dirname(file), path);
  if (page.startsWith("../") || path.startsWith("/")) return `"${target}" leads out of the repository.`;
  if (!existsSync(join(root, page))) return `"${target}" leads to ${page}, which does not exist.`;
  if (!anchor || !page.endsWith(".md") || !statSync(join(root, page)).isFile()) return undefined;
  if (markdownAnchors(readFileSync(join(root, page), "utf8")).has(anchor)) return undefined;
  return `"${target}" leads to a heading that ${page} does not have.`;
}
