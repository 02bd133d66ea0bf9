import { mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";

// The compiler's own count of instantiated types is the measure: unlike time, it is the same on every machine.

const parent = fileURLToPath(new URL("../../.work/", import.meta.url));
const file = `${parent}many-nodes.ts`;
const configFile = fileURLToPath(new URL("../../tsconfig.json", import.meta.url));

beforeAll(() => mkdir(parent, { recursive: true }));
afterAll(() => rm(file, { force: true }));

/** A pipeline of `count` nodes in one literal array; each reads two earlier outputs and an input of its own kind. */
function sourceOf(count: number, wrongAt?: number): string {
  const lines = [`import { func, Pipeline, Runner } from "@larder/pipeline";`];
  for (let index = 0; index < count; index++) {
    const [a, b] = [Math.max(0, index - 1), Math.max(0, index - 7)];
    const type = (at: number) => `{ readonly value${at}: ${at === 0 || index !== wrongAt ? "number" : "string"} }`;
    const reads = index === 0 ? [`x0`] : a === b ? [`v${a}`, `x${index}`] : [`v${a}`, `v${b}`, `x${index}`];
    const types = reads.map((name) => `${name}: ${name.startsWith("x") ? "number" : type(Number(name.slice(1)))}`);
    const inputs = reads.map((name) => `"${name}"`).join(", ");
    lines.push(
      `const n${index} = func({ inputs: [${inputs}], output: "v${index}" }, ({ x${index} }: { ${types.join("; ")} }) => ({ value${index}: x${index} }));`,
    );
  }
  const names = Array.from({ length: count }, (_, index) => `n${index}`).join(", ");
  const inputs = Array.from({ length: count }, (_, index) => `x${index}: ${index}`).join(", ");
  lines.push(
    `export const pipeline = new Pipeline([${names}]);`,
    `export async function run(): Promise<number> {`,
    `  const { outputs } = await new Runner().run(pipeline, { inputs: { ${inputs} }, outputs: ["v${count - 1}"] });`,
    `  return outputs.v${count - 1}.value${count - 1};`,
    `}`,
  );
  return lines.join("\n");
}

async function compile(source: string) {
  await writeFile(file, source);
  const config = ts.readConfigFile(configFile, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(
    config.config,
    ts.sys,
    fileURLToPath(new URL("../../", import.meta.url)),
  );
  const program = ts.createProgram([file], options);
  const diagnostics = program.getSemanticDiagnostics(program.getSourceFile(file));
  const messages = diagnostics.map(({ messageText, start }) => ({
    line: program.getSourceFile(file)!.getLineAndCharacterOfPosition(start ?? 0).line,
    text: ts.flattenDiagnosticMessageText(messageText, "\n"),
  }));
  return { messages, instantiations: program.getInstantiationCount() };
}

test("two hundred nodes in one literal array are wired by type, at a cost that grows no faster than their number squared", async () => {
  const hundred = await compile(sourceOf(100));
  const twoHundred = await compile(sourceOf(200));
  expect(hundred.messages).toEqual([]);
  expect(twoHundred.messages).toEqual([]);
  expect(twoHundred.instantiations / hundred.instantiations).toBeLessThan(4.2);
  expect(twoHundred.instantiations).toBeLessThan(1_500_000);
});

test("among two hundred nodes, the one that reads another type than is made is the one that fails to compile", async () => {
  const { messages } = await compile(sourceOf(200, 150));
  expect(messages).toHaveLength(1);
  expect(messages[0]!.text).toContain("this node reads a value of another type than is made");
});
