import { extractKind } from "./extract-kind.js";

/** Names what an extraction depends on, beside the extractor: equal contents whose names are alike have one. */
export function contentId({ path, sha256 }: { readonly path: string; readonly sha256: string }): string {
  return `${extractKind(path)}:${sha256}`;
}
