import { readFile } from "node:fs/promises";
import { type FileInput, file, func, Pipeline } from "@larder/pipeline";
import type { CallsSeen } from "./counted-calls.js";

/** Called when a file is read, with its content. */
export interface ReadState {
  onRead?: ((content: string) => Promise<void>) | undefined;
}

const length = func(
  { name: "lengths", inputs: ["sources"], output: "lengths", mapAxis: "sources", keyAttribute: "path", cache: true },
  async ({ sources: source }: { sources: FileInput }) => {
    const content = await readFile(source.path, "utf8");
    (globalThis as CallsSeen).called?.push(content);
    await (globalThis as ReadState).onRead?.(content);
    return content.length;
  },
);
export const given = new Pipeline([length], { name: "files" });

const listed = func(
  { name: "listed", inputs: ["paths"], output: "sources" },
  ({ paths }: { paths: readonly string[] }) => paths.map((path) => file(path)),
);
export const made = new Pipeline([listed, length], { name: "listed" });
