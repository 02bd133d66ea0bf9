import { stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { LarderError, redactedText } from "@larder/core";
import type { Pipeline } from "@larder/pipeline";

/** The parts of `@larder/pipeline` that are used, from the copy that the user's module uses itself. */
export type PipelinePackage = Pick<typeof import("@larder/pipeline"), "Runner" | "file">;

export interface LoadedPipeline {
  readonly pipeline: Pipeline;
  readonly file: string;
  readonly package: PipelinePackage;
}

const typed = new Set([".ts", ".mts", ".cts", ".tsx"]);
const brand = Symbol.for("larder.pipeline");

/**
 * The pipeline of a module: its default export, the export `pipeline`, or the only export that is one. TypeScript is loaded
 * as it is.
 *
 * @throws LarderError `bad-module` when there is no such file, it can't be loaded, or exports no pipeline
 */
export async function loadPipeline(path: string, directory: string): Promise<LoadedPipeline> {
  const file = resolve(directory, path);
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw refusal(`There is no file ${file}. Check the path.`, file);
  if (!found.isFile()) throw refusal(`${file} is not a file. Name the module that exports your pipeline.`, file);
  const { lendPackages } = await import("./lend-packages.js");
  lendPackages();
  if (typed.has(extname(file))) {
    const { register } = await import("tsx/esm/api");
    register();
  }
  const pipeline = pipelineIn(await imported(file), file);
  return { pipeline, file, package: await packageOf(file) };
}

async function imported(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    const message = error instanceof Error ? error.message || error.name : String(error);
    // A message of many lines shows the place in the source first.
    const reason = message.split("\n").find((line) => line.trim() !== "") ?? "";
    throw refusal(`${file} can't be loaded: ${redactedText(reason).replace(/\.$/, "")}.`, file);
  }
}

function pipelineIn(module: Readonly<Record<string, unknown>>, file: string): Pipeline {
  const exported = { ...module, default: unwrapped(module.default) };
  const named = Object.entries(exported).filter(([, value]) => isPipeline(value));
  const [only] = named;
  const found = [exported.default, module.pipeline].find(isPipeline);
  if (found !== undefined) return found;
  if (named.length === 1) return only![1] as Pipeline;
  const names = Object.keys(module);
  const why =
    named.length > 1
      ? `exports several pipelines (${named.map(([name]) => name).join(", ")}). Export the one to run as default`
      : `exports no pipeline${names.length === 0 ? "" : `, only ${names.join(", ")}`}. Export it as default, or as 'pipeline'`;
  throw refusal(`${file} ${why}.`, file);
}

/** A CommonJS module that was compiled from an ES module has its default export one step further in. */
function unwrapped(value: unknown): unknown {
  const inner = value as { readonly __esModule?: boolean; readonly default?: unknown } | null | undefined;
  return typeof inner === "object" && inner !== null && inner.__esModule === true ? inner.default : value;
}

function isPipeline(value: unknown): value is Pipeline {
  return typeof value === "object" && value !== null && brand in value;
}

/** The copy that the module's nodes were declared with; ours, where it has none of its own. */
async function packageOf(file: string): Promise<PipelinePackage> {
  try {
    const own = createRequire(file).resolve("@larder/pipeline");
    return (await import(pathToFileURL(own).href)) as PipelinePackage;
  } catch {
    return import("@larder/pipeline");
  }
}

function refusal(message: string, file: string): LarderError {
  return new LarderError(message, { code: "bad-module", facts: { file } });
}
