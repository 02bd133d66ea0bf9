import { dialectOf } from "./extraction/index.js";

/**
 * The kind under which a file's extraction is kept, such as `symbols/ts/module`: the same text means something else by another
 * ending of its name.
 */
export function extractKind(path: string): string {
  const { language, sourceType } = dialectOf(path);
  return `symbols/${language}/${sourceType}`;
}
