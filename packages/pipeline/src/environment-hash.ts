import { contentDigest } from "@larder/core";
import type { FuncOptions } from "./func-node.js";

/** What counts of the environment, by name; values of variables as digests only. */
export interface EnvironmentDetails {
  /** Node's major version, operating system and processor, or the override. */
  readonly runtime: Readonly<Record<string, string>>;
  /** Digests of the chosen environment variables. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What to look up of the environment. */
export interface EnvironmentOptions {
  readonly envHash?: string | undefined;
  readonly environment?: readonly string[] | undefined;
  readonly platform?: boolean | undefined;
}

/** Looks up what counts of the environment, once per run. */
export function readEnvironment(options: EnvironmentOptions): EnvironmentDetails {
  if (options.envHash !== undefined) return { runtime: { envHash: digestOf(options.envHash) }, variables: {} };
  const runtime: Record<string, string> = { node: process.versions.node.split(".")[0]! };
  if (options.platform === true) Object.assign(runtime, { platform: process.platform, arch: process.arch });
  const variables = [...new Set(options.environment)].sort().map((name) => {
    const value = process.env[name];
    return [name, value === undefined ? "unset" : digestOf(value)] as const;
  });
  return { runtime, variables: Object.fromEntries(variables) };
}

/** The options of a node that join its environment hash, as text. */
export function keyedOptions(options: FuncOptions): Readonly<Record<string, string>> {
  return {
    ...(options.version === undefined ? {} : { version: options.version }),
    ...(options.format === undefined ? {} : { format: options.format }),
    ...(options.mapAxis === undefined ? {} : { mapAxis: options.mapAxis }),
  };
}

/** A function that digests the environment with the options of one node; most nodes have none and share one digest. */
export function createEnvironmentHasher(details: EnvironmentDetails): (options: FuncOptions) => string {
  const fixed = JSON.stringify([Object.entries(details.runtime), Object.entries(details.variables)]);
  const known = new Map<string, string>();
  return (options) => {
    const own = JSON.stringify(Object.entries(keyedOptions(options)));
    let hash = known.get(own);
    if (hash === undefined) {
      hash = digestOf(`larder.environment.1${fixed}${own}`);
      known.set(own, hash);
    }
    return hash;
  };
}

const encoder = new TextEncoder();

function digestOf(text: string): string {
  return contentDigest(encoder.encode(text));
}
