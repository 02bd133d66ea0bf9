import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { isCode, repositoryFiles } from "./repository-files.js";
import type { Violation } from "./violation.js";

const mostLines = 400;
const vagueName = /^(utils?|helpers?|common|types|misc)$/;
const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** A file is one idea: at most 400 lines, named in kebab-case after what it holds, never "utils" and the like. */
export function checkFileShape(root: string): Violation[] {
  const files = ["packages", "apps", "tooling"].flatMap((folder) => repositoryFiles(root, folder)).filter(isCode);
  return files
    .filter((file) => !file.includes("/fixtures/"))
    .flatMap((file) => [...checkLength(root, file), ...checkName(file)]);
}

function checkLength(root: string, file: string): Violation[] {
  const lines = readFileSync(join(root, file), "utf8").split("\n").length - 1;
  if (lines <= mostLines) return [];
  return [{ rule: "file-length", file, message: `has ${lines} lines; ${mostLines} is the most. Split it by idea.` }];
}

function checkName(file: string): Violation[] {
  const folders = posix.dirname(file).split("/");
  const name = posix.basename(file).split(".")[0] ?? "";
  // A folder `test/types` holds tests of types: that says what is in it.
  const inTests = folders.includes("test");
  const names = [...folders.filter((folder) => !(inTests && folder === "types")), name];
  return names.flatMap((each) => {
    if (vagueName.test(each)) {
      return [{ rule: "file-name", file, message: `"${each}" says nothing: name it after what it holds.` }];
    }
    return kebabCase.test(each) ? [] : [{ rule: "file-name", file, message: `"${each}" is not in kebab-case.` }];
  });
}
