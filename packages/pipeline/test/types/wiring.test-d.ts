import {
  type FileInput,
  type FinalOutputs,
  type FuncNode,
  file,
  func,
  Pipeline,
  type PipelineInputs,
  type PipelineOutputs,
  Runner,
} from "@larder/pipeline";

// Checked by the compiler alone: `tsc --noEmit` fails when a line marked as an error compiles, or another does not.

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_T extends true>(): void {}

interface Flight {
  readonly delay: number;
}

const load = func(
  { name: "load", inputs: ["source"], output: "flights", cache: true },
  ({ source }: { source: FileInput }) => [{ delay: source.path.length }],
);
const clean = func(
  { inputs: ["flights", "cap"], output: "cleaned" },
  async ({ flights, cap }: { flights: readonly Flight[]; cap: number }) => flights.filter(({ delay }) => delay < cap),
);
const rank = func(
  { inputs: ["cleaned", "cap"], output: "ranking" },
  ({ cleaned, cap }: { cleaned: readonly Flight[]; cap: number | string }, { signal }) =>
    signal.aborted ? "" : `${cleaned.length} of ${cap}`,
);
const count = func(
  { inputs: ["cleaned"], output: "count" },
  ({ cleaned }: { cleaned: readonly Flight[] }) => cleaned.length,
);

const pipeline = new Pipeline([load, clean, rank, count], { name: "flights" });

// what no node makes is an input; what several read is their intersection
holds<Same<keyof PipelineInputs<typeof pipeline>, "source" | "cap">>();
holds<Same<PipelineInputs<typeof pipeline>["source"], FileInput>>();
holds<Same<PipelineInputs<typeof pipeline>["cap"], number>>();
// promises are awaited
holds<Same<PipelineOutputs<typeof pipeline>["cleaned"], Flight[]>>();
holds<Same<FinalOutputs<typeof pipeline>, "ranking" | "count">>();

const runner = new Runner();
export async function runs() {
  const source = file("flights.parquet");
  const all = await runner.run(pipeline, { inputs: { source, cap: 5 } });
  holds<Same<typeof all.outputs.ranking, string>>();
  holds<Same<typeof all.outputs.count, number>>();
  // @ts-expect-error only the final outputs are returned
  all.outputs.cleaned;

  const some = await runner.run(pipeline, { inputs: { source, cap: 5 }, outputs: ["cleaned"] });
  holds<Same<typeof some.outputs.cleaned, Flight[]>>();
  // @ts-expect-error it was not asked for
  some.outputs.ranking;

  // @ts-expect-error an input is missing
  await runner.run(pipeline, { inputs: { source } });
  // @ts-expect-error inputs are demanded
  await runner.run(pipeline, {});
  // @ts-expect-error inputs are demanded
  await runner.run(pipeline);
  // @ts-expect-error an input has another type
  await runner.run(pipeline, { inputs: { source, cap: "5" } });
  // @ts-expect-error no such input
  await runner.run(pipeline, { inputs: { source, cap: 5, capp: 5 } });
  // @ts-expect-error no such output
  await runner.run(pipeline, { inputs: { source, cap: 5 }, outputs: ["rankin"] });
  await runner.plan(pipeline, { inputs: { source, cap: 5 } });
  await runner.why(pipeline, "clean");
  await runner.why(pipeline, "clean", { inputs: { cap: 6 } });
  // @ts-expect-error no such input
  await runner.why(pipeline, "clean", { inputs: { capp: 6 } });

  // the older form
  const own = new Runner(pipeline, { cacheConfig: { enabled: true } });
  const older = await own.run({ inputs: { source, cap: 5 }, outputs: ["count"] });
  holds<Same<typeof older.outputs.count, number>>();
  // @ts-expect-error an input is missing
  await own.run({ inputs: { cap: 5 } });
}

// a node that reads a value of another type than is made
const wrong = func(
  { inputs: ["cleaned"], output: "wrong" },
  ({ cleaned }: { cleaned: readonly string[] }) => cleaned.length,
);
// @ts-expect-error 'cleaned' is made with another type
new Pipeline([load, clean, wrong]);

// inputs that suit nobody
const textCap = func({ inputs: ["cap"], output: "text" }, ({ cap }: { cap: string }) => cap);
const conflicting = new Pipeline([clean, textCap]);
holds<Same<PipelineInputs<typeof conflicting>["cap"], never>>();

// a function that reads what is not listed
// @ts-expect-error 'b' is not listed
func({ inputs: ["a"], output: "c" }, ({ a, b }: { a: number; b: number }) => a + b);
// an input that may be missing is no demand of the function
func({ inputs: ["a"], output: "c" }, ({ a, b }: { a: number; b?: number }) => a + (b ?? 0));
// listed and not read: it orders nodes
const after = func({ inputs: ["a", "b"], output: "c" }, ({ a }: { a: number }) => a);
const ordering = new Pipeline([after]);
holds<Same<PipelineInputs<typeof ordering>["b"], unknown>>();
// not annotated: unknown
func({ inputs: ["a"], output: "c" }, ({ a }) => {
  holds<Same<typeof a, unknown>>();
  return a;
});

// no inputs at all
const constant = func({ inputs: [], output: "one" }, () => 1 as const);
export async function runsWithoutInputs() {
  const { outputs } = await runner.run(new Pipeline([constant]));
  holds<Same<typeof outputs.one, 1>>();
  await runner.run(new Pipeline([constant]), {});
  await runner.plan(new Pipeline([constant]));
}

// an array of unknown length: checked when it runs
export async function runsDynamic(nodes: FuncNode[]) {
  const dynamic = new Pipeline(nodes);
  const { outputs } = await runner.run(dynamic, { inputs: { anything: 1 }, outputs: ["whatever"] });
  holds<Same<typeof outputs.whatever, unknown>>();
}

/** Any pipeline can be handed to a function that takes pipelines. */
export function takesAny(any: Pipeline): string {
  return any.name;
}
takesAny(pipeline);
/** A pipeline of which nothing is known: checked when it runs. */
export async function runsAny(any: Pipeline) {
  const { outputs } = await runner.run(any, { inputs: { anything: 1 }, outputs: ["whatever"] });
  holds<Same<typeof outputs.whatever, unknown>>();
  await runner.why(any, "clean", { inputs: { anything: 1 } });
}

// a node over the items of a list: its function sees one, the node reads and makes lists
const parse = func(
  { inputs: ["texts", "radix"], output: "numbers", mapAxis: "texts", keyAttribute: "id" },
  async ({ texts: text, radix }: { texts: { readonly id: string }; radix: number }) => Number.parseInt(text.id, radix),
);
const sum = func(
  { inputs: ["numbers"], output: "sum" },
  ({ numbers }: { numbers: readonly number[] }) => numbers.length,
);
const mapped = new Pipeline([parse, sum]);
holds<
  Same<
    PipelineInputs<typeof mapped>["texts"],
    readonly { readonly id: string }[] | ReadonlySet<{ readonly id: string }>
  >
>();
holds<Same<PipelineInputs<typeof mapped>["radix"], number>>();
holds<Same<PipelineOutputs<typeof mapped>["numbers"], readonly number[]>>();
export async function runsMaps() {
  await runner.run(mapped, { inputs: { texts: [{ id: "1" }], radix: 10 } });
  await runner.run(mapped, { inputs: { texts: new Set([{ id: "1" }]), radix: 10 } });
  // @ts-expect-error one item is no list
  await runner.run(mapped, { inputs: { texts: { id: "1" }, radix: 10 } });
}
// lists between maps
const digits = func({ inputs: ["numbers"], output: "digits", mapAxis: "numbers" }, ({ numbers }: { numbers: number }) =>
  String(numbers),
);
new Pipeline([parse, digits]);
const wrongItems = func(
  { inputs: ["numbers"], output: "digits", mapAxis: "numbers" },
  ({ numbers }: { numbers: string }) => numbers.length,
);
// @ts-expect-error the items are numbers
new Pipeline([parse, wrongItems]);
// @ts-expect-error 'b' is no input
func({ inputs: ["a"], output: "c", mapAxis: "b" }, ({ a }: { a: number }) => a);
