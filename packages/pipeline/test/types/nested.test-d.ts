import { func, Pipeline, type PipelineInputs, type PipelineOutputs, Runner } from "@larder/pipeline";

// Checked by the compiler alone: `tsc --noEmit` fails when a line marked as an error compiles, or another does not.

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_T extends true>(): void {}

const clean = func(
  { inputs: ["rows", "cap"], output: "cleaned" },
  ({ rows, cap }: { rows: readonly number[]; cap: number }) => rows.filter((row) => row < cap),
);
const count = func(
  { inputs: ["cleaned"], output: "count" },
  ({ cleaned }: { cleaned: readonly number[] }) => cleaned.length,
);
const inner = new Pipeline([clean, count], { name: "inner" });

// inputs and the chosen output have their types
const twice = func({ inputs: ["count"], output: "twice" }, ({ count }: { count: number }) => count * 2);
const outer = new Pipeline([inner.asNode({ output: "count" }), twice]);
holds<Same<keyof PipelineInputs<typeof outer>, "rows" | "cap">>();
holds<Same<PipelineInputs<typeof outer>["cap"], number>>();
holds<Same<keyof PipelineOutputs<typeof outer>, "count" | "twice">>();

// names may be others outside
const renamed = new Pipeline([inner.asNode({ output: "count", as: "few", inputs: { cap: "low" }, name: "left" })]);
holds<Same<keyof PipelineInputs<typeof renamed>, "rows" | "low">>();
holds<Same<PipelineOutputs<typeof renamed>, { readonly few: number }>>();

// two inputs of one name outside must both be suited
const both = new Pipeline([clean], { name: "both" }).asNode({ output: "cleaned", inputs: { rows: "x", cap: "x" } });
const suited = new Pipeline([both]);
holds<Same<PipelineInputs<typeof suited>["x"], readonly number[] & number>>();

// @ts-expect-error there is no such output
inner.asNode({ output: "counts" });
// @ts-expect-error there is no such input
inner.asNode({ output: "count", inputs: { caps: "low" } });
const text = func({ inputs: [], output: "cap" }, () => "5");
// @ts-expect-error a text is made where the inner pipeline reads a number
new Pipeline([text, inner.asNode({ output: "count" })]);

export async function runs() {
  const { outputs } = await new Runner().run(outer, { inputs: { rows: [1], cap: 2 } });
  holds<Same<typeof outputs, { readonly twice: number }>>();
  // @ts-expect-error what the inner pipeline reads is demanded
  await new Runner().run(outer, { inputs: { rows: [1] } });
}

// what an array of unknown length makes has no types: whoever reads it must take anything
const unknown = new Pipeline([clean, count] as (typeof clean | typeof count)[]);
const text2 = func({ inputs: ["count"], output: "text" }, ({ count }: { count: unknown }) => String(count));
const around = new Pipeline([unknown.asNode({ output: "count" }), text2]);
export async function runsUnknown() {
  const { outputs } = await new Runner().run(around, { inputs: { rows: [1], cap: 2 } });
  return outputs.text;
}
// @ts-expect-error it may be no number
new Pipeline([unknown.asNode({ output: "count" }), twice]);
