// Commits parts one after the other, and prints what it is about to commit and what was committed.
import type { CacheWarning } from "@larder/core";
import { adding, idsOf, rowsEpoch, sampleLog, writeSamplePart } from "../support/sample-parts.js";

const [directory, first, count] = process.argv.slice(2);

/** So long that after some entries a state is due. */
const columns = [{ name: "x".repeat(4000), type: "Int32" }];

async function main(): Promise<void> {
  const log = sampleLog(directory!);
  for (let id = Number(first); id < Number(first) + Number(count); id++) {
    const part = writeSamplePart(directory!, { keys: idsOf(id), epochs: [rowsEpoch(id, idsOf(id))], columns });
    console.log(`committing ${id}`);
    const { entry, parts } = await log.commit(() => adding(part));
    if (!parts.has(part.name)) throw new Error(`${id} is not in the state`);
    console.log(`committed ${id} ${entry}`);
  }
  const warnings: readonly CacheWarning[] = log.warnings;
  if (warnings.length > 0) throw new Error(warnings.map(({ message }) => message).join("\n"));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
