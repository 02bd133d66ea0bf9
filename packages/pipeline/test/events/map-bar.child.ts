import { func, Pipeline, Runner } from "@larder/pipeline";

// A map that takes long enough to be drawn. How it ends is the first argument: `ended`, `thrown`, `stay`, `handled`.

const [ending] = process.argv.slice(2) as [string];

if (ending === "handled") {
  process.on("SIGINT", () => {
    console.log("handled");
    process.exit(0);
  });
}

const each = func(
  { name: "each", inputs: ["items"], output: "symbols", mapAxis: "items", cache: true, captures: { ending: "" } },
  async ({ items: item }: { items: number }) => {
    if (ending === "thrown" && item === 60)
      setImmediate(() => {
        throw new Error("thrown on purpose");
      });
    if (ending === "stay" || ending === "handled")
      if (item === 60) await new Promise(() => setInterval(() => {}, 2 ** 30));
    await new Promise((resolve) => setTimeout(resolve, 15));
    return item;
  },
);

async function main() {
  const runner = new Runner({ cacheConfig: { enabled: true }, concurrency: 1 });
  await runner.run(new Pipeline([each]), { inputs: { items: Array.from({ length: 100 }, (_, index) => index) } });
}

void main();
