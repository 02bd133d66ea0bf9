import { writeFiles } from "@larder/app-shared/testing";
import { customConditions } from "../../src/resolve/custom-conditions.js";
import { type ImportResolver, importResolver } from "../../src/resolve/import-resolver.js";

/**
 * A resolver over files that are written to a folder.
 *
 * @param unlisted - files that are written and not listed
 */
export function resolverOver(
  root: string,
  listed: Readonly<Record<string, string>>,
  unlisted: Readonly<Record<string, string>> = {},
): ImportResolver {
  writeFiles(root, { ...listed, ...unlisted });
  const all = Object.keys(listed).map((path) => ({ path, sha256: "", size: 0 }));
  const files = all.filter(({ path }) => !path.endsWith(".json"));
  const layout = all.filter(({ path }) => path.endsWith(".json"));
  return importResolver({ root, files }, customConditions({ root, layout }));
}
