import { createStores, func, Pipeline, Runner } from "@larder/pipeline";

const double = func({ inputs: ["x"], output: "y", cache: true }, ({ x }: { x: number }) => x * 2);
const pipeline = new Pipeline([double]);
const quiet = { enabled: true, verbose: false } as const;

async function main(): Promise<void> {
  const results: number[] = [];
  for (const config of [{ backend: "memory" }, { backend: "memory" }, createStores()] as const) {
    const { outputs } = await new Runner({ cacheConfig: { ...quiet, ...config } }).run(pipeline, { inputs: { x: 4 } });
    results.push(outputs.y);
  }
  createStores();
  console.log(results.join(" "));
}
main();
