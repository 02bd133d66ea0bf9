import { fileURLToPath } from "node:url";

/** A place in a source file. Lines and columns count from 1, columns in UTF-16 code units. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * The path of a script as engines and loaders name it: paths, file URLs, with the queries that tsx and vite append.
 * `undefined` for what is no file: `node:` modules, evaluated text, data URLs.
 */
export function scriptPath(name: string | null | undefined): string | undefined {
  if (!name) return undefined;
  if (!paths.has(name)) paths.set(name, pathOf(name));
  return paths.get(name);
}

/** A program has as many as it has files, and asks for the same one for every node. */
const paths = new Map<string, string | undefined>();

function pathOf(name: string): string | undefined {
  if (name.startsWith("file:")) {
    try {
      return fileURLToPath(name.replace(/[?#].*$/, ""));
    } catch {
      return undefined;
    }
  }
  const path = name.replace(/^\/@fs(?=\/)/, "").replace(/\?[^/\\]*$/, "");
  return /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(path) ? path : undefined;
}

/** The place of the last frame of a stack's text: `at name (file:line:column)` or `at file:line:column`. */
export function positionInStack(stack: string): SourcePosition | undefined {
  const frame = stack
    .split("\n")
    .filter((line) => /^\s*at /.test(line))
    .at(-1);
  const match =
    frame === undefined || frame.includes("eval at ")
      ? null
      : /(?:^\s*at (?:async )?|\()((?:file:|\/|[A-Za-z]:[\\/]|\\\\).*?):(\d+):(\d+)\)?$/.exec(frame);
  const file = scriptPath(match?.[1]);
  if (match === null || file === undefined) return undefined;
  return { file, line: Number(match[2]), column: Number(match[3]) };
}
