import type { ChangedPart } from "@larder/pipeline";

const changesNamed = 5;

/** The differences between the last run of a node and this one, in words. */
export function wordsOfChanges(changes: readonly ChangedPart[]): string {
  const code = changes.filter((change) => change.part === "code");
  const others = changes.filter((change) => change.part !== "code");
  const declarations = code.slice(0, changesNamed).map(({ declaration, file }) => `${declaration} in ${file}`);
  const more = code.length > changesNamed ? ` and ${code.length - changesNamed} more` : "";
  return [
    ...(code.length === 0 ? [] : [`its code changed: ${declarations.join(", ")}${more}`]),
    ...others.map(wordsOfChange),
  ].join("; ");
}

function wordsOfChange(change: Exclude<ChangedPart, { part: "code" }>): string {
  switch (change.part) {
    case "input":
      return change.path === undefined || change.path === ""
        ? `input ${change.name} changed`
        : `input ${change.name} changed at ${change.path}`;
    case "capture":
      return `captured ${change.name} changed`;
    case "environment":
      return `environment variable ${change.variable} changed`;
    case "option":
      return `option ${change.option} changed`;
    case "parent":
      return `${change.node} before it changed`;
  }
}
