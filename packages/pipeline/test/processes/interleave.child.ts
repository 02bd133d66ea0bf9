import { DiskCache } from "@larder/disk-cache";
import { func, Pipeline, Runner } from "@larder/pipeline";

// Runs one node again and again on a cache that another process uses too, each time with another input, and checks
// that every value is the one of its input. Prints what it saw as JSON.

const [directory, seedText, roundsText] = process.argv.slice(2) as [string, string, string];
const rounds = Number(roundsText);
const sizes = [1, 10, 20_000];

interface Made {
  readonly x: number;
  readonly madeBy: number;
  readonly bytes: Uint8Array;
}

const make = func({ name: "make", inputs: ["x"], output: "made", cache: true }, ({ x }: { x: number }) => ({
  x,
  madeBy: process.pid,
  bytes: new Uint8Array(sizes[x % sizes.length]!).fill(x % 251),
}));
const check = func(
  { name: "check", inputs: ["made"], output: "checked", cache: true },
  ({ made }: { made: Made }) => made.x * 3,
);
const pipeline = new Pipeline([make, check], { name: "interleaved" });

/** Marsaglia's xorshift: the same sequence for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}

async function main() {
  const backend = new DiskCache({ directory });
  const runner = new Runner({ cacheConfig: { enabled: true, backend, verbose: false } });
  const random = createRandom(Number(seedText));
  const seen = { wrong: 0, hits: 0, misses: 0, fromOther: 0, warnings: 0 };
  for (let round = 0; round < rounds; round++) {
    const x = random() % Math.ceil(rounds / 2);
    const { outputs, report } = await runner.run(pipeline, { inputs: { x }, outputs: ["made", "checked"] });
    const { made, checked } = outputs;
    const sound = made.x === x && checked === x * 3 && made.bytes.length === sizes[x % sizes.length];
    if (!sound || made.bytes.some((byte) => byte !== x % 251)) seen.wrong++;
    if (report.nodes[0]!.decision === "hit") seen.hits++;
    else seen.misses++;
    if (made.madeBy !== process.pid) seen.fromOther++;
    seen.warnings += report.warnings.length;
    if (round === 0) for (const { message } of report.warnings) console.error(message);
  }
  await backend.close();
  console.log(JSON.stringify(seen));
}

void main();
