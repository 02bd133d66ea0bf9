import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const work = fileURLToPath(new URL("../.work/", import.meta.url));

/**
 * Writes a module that declares a pipeline of `count` nodes, as a person would have written it: one declaration each, in
 * layers of 50, every node reading two of the layer before, one last node reading the last layer. All do the same work,
 * about a millisecond of integer arithmetic. Exports `nodes`, `functions` (the same functions, to be called directly, in
 * the same order, with what each reads) and `answer`, the name of the last output.
 *
 * @param options.cache - whether every node is cached
 * @returns path of the module, within this package so that `@larder/pipeline` resolves
 */
export function writeGraph(options: { readonly count: number; readonly cache: boolean }): string {
  const width = 50;
  const inner = options.count - 1;
  const nodes: { name: string; inputs: string[] }[] = [];
  for (let index = 0; index < inner; index += 1) {
    const layer = Math.floor(index / width);
    const place = index % width;
    const above = (offset: number) => `n${(layer - 1) * width + ((place + offset) % width)}`;
    nodes.push({ name: `n${index}`, inputs: layer === 0 ? ["seed"] : [above(0), above(7)] });
  }
  const last = nodes.slice(-width).map(({ name }) => name);
  nodes.push({ name: "answer", inputs: last });

  const lines = [
    'import { func } from "@larder/pipeline";',
    "export function work(start) {",
    "  let state = start | 1;",
    "  for (let step = 0; step < 1_000_000; step += 1) state = (Math.imul(state, 1664525) + 1013904223) | 0;",
    "  return state;",
    "}",
    ...nodes.map(({ name, inputs }) => {
      const list = inputs.join(", ");
      return `const f_${name} = ({ ${list} }) => work(${inputs.join(" ^ ")});`;
    }),
    "export const nodes = [",
    ...nodes.map(({ name, inputs }) => {
      const names = inputs.map((input) => `"${input}"`).join(", ");
      return `  func({ inputs: [${names}], output: "${name}", cache: ${options.cache} }, f_${name}),`;
    }),
    "];",
    "export const functions = [",
    ...nodes.map(({ name, inputs }) => `  ["${name}", ${JSON.stringify(inputs)}, f_${name}],`),
    "];",
    'export const answer = "answer";',
  ];
  mkdirSync(work, { recursive: true });
  const path = join(work, `graph-${options.count}-${options.cache ? "cached" : "uncached"}.mjs`);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}
