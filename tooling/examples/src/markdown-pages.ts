import { readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * The Markdown pages whose examples are run: all of the repository, relative to `root`, except contracts in docs/design
 * (signatures, no programs), change logs, and what is generated.
 */
export function markdownPages(root: string, folder = ""): string[] {
  const pages: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      const passed =
        entry.name.startsWith(".") || ["node_modules", "dist", "coverage", "fixtures"].includes(entry.name);
      if (!passed && path !== "docs/design") pages.push(...markdownPages(root, path));
    } else if (entry.name.endsWith(".md") && entry.name !== "CHANGELOG.md") {
      pages.push(path);
    }
  }
  return pages.sort();
}
