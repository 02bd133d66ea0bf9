import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isCode, repositoryFiles } from "./repository-files.js";
import type { Violation } from "./violation.js";

// Put together from halves, so that this file does not name what it looks for.
const marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X"];
const unfinished = new RegExp(`\\b(${marks.join("|")})\\b`);

/** Nothing in the code says that it is to be finished later. */
export function checkUnfinished(root: string): Violation[] {
  const files = ["packages", "apps", "tooling"].flatMap((folder) => repositoryFiles(root, folder)).filter(isCode);
  return files.flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .flatMap((text, index) => {
        const word = unfinished.exec(text)?.[1];
        if (word === undefined) return [];
        return [{ rule: "unfinished", file, line: index + 1, message: `says "${word}": finish it, or say what is.` }];
      }),
  );
}
