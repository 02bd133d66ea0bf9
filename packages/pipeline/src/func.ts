import { LarderError, type StreamedValue } from "@larder/core";
import { captureDeclarationSite, type DeclarationSite } from "./fingerprint/declaration-site.js";
import type { FuncNode, FuncOptions, NodeContext, NodeFunction } from "./func-node.js";
import type { Collected } from "./streaming/collect-parts.js";
import { workerRealm } from "./workers/declared-nodes.js";

/** The keys a value of a type must have. */
type RequiredKeys<Args> = { [K in keyof Args]-?: Record<never, never> extends Pick<Args, K> ? never : K }[keyof Args];

/** Refuses a function that reads what `inputs` does not list. */
type ListsWhatItReads<Args, Inputs extends readonly string[]> = [Exclude<RequiredKeys<Args>, Inputs[number]>] extends [
  never,
]
  ? unknown
  : { readonly "the function reads what 'inputs' does not list": Exclude<RequiredKeys<Args>, Inputs[number]> };

/** The declared type of each input; `unknown` where the function names none. Of a map's list, that of a list of items. */
type Wanted<Args, Inputs extends readonly string[], Axis extends string> = {
  readonly [K in Inputs[number]]: K extends Axis ? ListOf<TypeOf<Args, K>> : TypeOf<Args, K>;
};

type TypeOf<Args, K> = K extends keyof Args ? Args[K] : unknown;

/** What a map takes as a list. */
type ListOf<Item> = readonly Item[] | ReadonlySet<Item>;

/** What a node makes: of a map, a list of what its function makes. */
type MadeBy<Value, Axis extends string> = [Axis] extends [never]
  ? Made<Awaited<Value>>
  : readonly Made<Awaited<Value>>[];

/** What is made of what a function returns: promises are awaited, and streams, such as of batches of a table, taken whole. */
type Made<Value> =
  Value extends StreamedValue<infer Whole> ? Whole : Value extends AsyncGenerator<infer Part> ? Collected<Part> : Value;

/**
 * Declares a node: a function with what it reads and what it makes.
 *
 * The function gets one object with a property for each input, and a {@link NodeContext}. It must not change its
 * inputs: other nodes read the same values. Where it returns a stream, such as `tableStream` of `@larder/store-parquet`, that is
 * read to its end, and nodes get the whole; when it throws, the node has failed. Where it is an async generator, Arrow batches and
 * tables that it yields become one table, anything else (and nothing) a list.
 *
 * @throws LarderError `invalid-node` when an option is out of range
 */
export function func<
  const Inputs extends readonly string[],
  const Output extends string,
  Args extends { readonly [K in Inputs[number]]?: unknown },
  Value,
  const Axis extends string = never,
>(
  options: FuncOptions<Inputs, Output> & { readonly mapAxis?: Axis } & ListsWhatItReads<Args, Inputs>,
  fn: (args: Args, context: NodeContext) => Value,
): FuncNode<Wanted<Args, Inputs, Axis>, Output, MadeBy<Value, Axis>> {
  const node = makeNode(options, fn as unknown as NodeFunction, captureDeclarationSite(func));
  workerRealm()?.declared(node);
  return node as FuncNode<Wanted<Args, Inputs, Axis>, Output, MadeBy<Value, Axis>>;
}

// The types of `fn` and of the node were settled above; from here on only names count.
function makeNode(options: FuncOptions, fn: NodeFunction, site: DeclarationSite | undefined): FuncNode {
  const name = options.name ?? options.output;
  checkOptions(name, options, fn);
  const behavior = options.behavior ?? "default";
  return Object.freeze({
    name,
    inputs: Object.freeze([...options.inputs]),
    output: options.output,
    cache: behavior !== "disable" && (options.cache ?? behavior === "recompute"),
    behavior,
    options: Object.freeze({ ...options }),
    fn,
    site,
  });
}

function checkOptions(name: string, options: FuncOptions, fn: unknown): void {
  const refuse = (what: string): never => {
    throw new LarderError(`Node '${name}' can't be declared: ${what}.`, {
      code: "invalid-node",
      facts: { node: name, reason: what },
    });
  };
  if (typeof options.output !== "string" || options.output === "") refuse("'output' must be a name");
  if (typeof name !== "string" || name === "") refuse("'name' must not be empty");
  if (!Array.isArray(options.inputs)) refuse("'inputs' must be an array of names");
  if ([options.output, ...options.inputs].includes("__proto__")) refuse("'__proto__' can't be the name of a value");
  if (typeof fn !== "function") refuse("its function is missing; pass it after the options");
  const twice = options.inputs.find((input, index) => options.inputs.indexOf(input) !== index);
  if (twice !== undefined) refuse(`'inputs' lists '${twice}' twice`);
  const { mapAxis, keyAttribute } = options;
  if (mapAxis !== undefined && !options.inputs.includes(mapAxis)) {
    refuse(`'mapAxis' is '${String(mapAxis)}', which 'inputs' does not list`);
  }
  if (keyAttribute !== undefined && mapAxis === undefined) refuse("'keyAttribute' needs 'mapAxis'");
  if (keyAttribute !== undefined && typeof keyAttribute !== "string") refuse("'keyAttribute' must be a name");
  const { ttlSeconds, retries, timeoutMs, concurrency } = options;
  if (ttlSeconds !== undefined && !(ttlSeconds > 0)) refuse(`'ttlSeconds' is ${ttlSeconds}; it must be more than 0`);
  // Beyond this, timers fire at once.
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs < 2 ** 31)) {
    refuse(`'timeoutMs' is ${timeoutMs}; it must be more than 0 and less than ${2 ** 31}`);
  }
  if (retries !== undefined && !(Number.isInteger(retries) && retries >= 0)) {
    refuse(`'retries' is ${retries}; it must be 0 or a whole number above`);
  }
  if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency >= 1)) {
    refuse(`'concurrency' is ${concurrency}; it must be a whole number of at least 1`);
  }
  const { module } = options;
  if (module !== undefined && !(typeof module === "string" && URL.canParse(module) && module.startsWith("file:"))) {
    refuse(`'module' is '${String(module)}'; it must be the address of a file: import.meta.url`);
  }
  const behaviors: readonly unknown[] = [undefined, "default", "recompute", "disable", "ignore"];
  if (!behaviors.includes(options.behavior)) {
    refuse(`'behavior' is '${String(options.behavior)}'; it must be default, recompute, disable or ignore`);
  }
}
