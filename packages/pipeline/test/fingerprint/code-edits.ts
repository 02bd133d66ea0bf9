import { describe, expect, test } from "vitest";
import { hashOf, type Sources } from "./source-project.js";

/** A project, and a text of one of its files that is replaced by another. */
export interface CodeEdit {
  readonly what: string;
  readonly sources: Sources;
  readonly from: string;
  readonly to: string;
  /** The first file by default. */
  readonly file?: string;
  readonly depth?: number;
}

/** A file with a node whose function is `(x) => body`, after some imports and declarations. */
export function nodeFile(before: string, body = "subject(x)"): string {
  return `import { func } from "larder-func";\n${before}\nexport const node = func({}, (x) => ${body});\n`;
}

/** A project of one file. */
export function onlyNodes(before: string, body?: string): Sources {
  return { "nodes.mjs": nodeFile(before, body) };
}

async function hashesAround({ sources, from, to, depth, file }: CodeEdit): Promise<readonly [string, string]> {
  const [nodes = ""] = Object.keys(sources);
  const edited = file ?? nodes;
  const text = sources[edited];
  if (text?.includes(from) !== true) throw new Error(`'${from}' is not in ${edited}`);
  const options = { file: nodes, dependencyDepth: depth ?? 2 };
  return [
    await hashOf(sources, options),
    await hashOf({ ...sources, [edited]: text.replace(from, () => to) }, options),
  ];
}

export function describeNoticed(title: string, edits: readonly CodeEdit[]): void {
  describe(title, () => {
    for (const edit of edits) {
      test(edit.what, async () => {
        const [before, after] = await hashesAround(edit);
        expect(after).not.toBe(before);
      });
    }
  });
}

export function describeAlike(title: string, edits: readonly CodeEdit[]): void {
  describe(title, () => {
    for (const edit of edits) {
      test(edit.what, async () => {
        const [before, after] = await hashesAround(edit);
        expect(after).toBe(before);
      });
    }
  });
}
