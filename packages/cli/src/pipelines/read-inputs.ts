import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { nearestName } from "@larder/core";
import type { CommandContext } from "../commands/command-context.js";
import { UsageError } from "../failures/usage-error.js";
import type { LoadedPipeline } from "./load-pipeline.js";

/**
 * The inputs of a pipeline as `--input name=value` gives them: JSON where it is JSON, else text; `@path` and `file:path` are
 * files, which count by their content.
 *
 * @throws UsageError when one has no name, was given twice, or the pipeline has no such input
 */
export function readInputs(
  { given, surroundings }: Pick<CommandContext, "given" | "surroundings">,
  { pipeline, package: { file } }: LoadedPipeline,
): Readonly<Record<string, unknown>> {
  const inputs = new Map<string, unknown>();
  for (const text of given.list("input")) {
    const equals = text.indexOf("=");
    if (equals < 1) throw new UsageError(`The option --input is name=value, not '${text}'.`, { option: "--input" });
    const name = text.slice(0, equals);
    if (inputs.has(name)) throw new UsageError(`The input '${name}' was given twice.`, { input: name });
    if (!pipeline.inputs.includes(name)) throw unknownInput(name, pipeline.inputs);
    const value = text.slice(equals + 1);
    const path = pathIn(value);
    inputs.set(name, path === undefined ? jsonOrText(value) : file(resolve(surroundings.directory, path)));
  }
  return Object.fromEntries(inputs);
}

function pathIn(value: string): string | undefined {
  if (value.startsWith("file://")) return fileURLToPath(value);
  if (value.startsWith("file:")) return value.slice("file:".length);
  return value.startsWith("@") ? value.slice(1) : undefined;
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function unknownInput(name: string, names: readonly string[]): UsageError {
  const nearest = nearestName(name, names);
  const has = names.length === 0 ? "It has none" : `It has ${names.join(", ")}`;
  return new UsageError(
    `The pipeline has no input '${name}'. ${has}.${nearest === undefined ? "" : ` Did you mean '${nearest}'?`}`,
    { input: name, inputs: names },
  );
}
