// Stores what a seed tells, compacting again and again, and prints each step, until it is killed.
import { compactInBackground, compactWhole } from "../../../../src/dataset/compaction/compact-dataset.js";
import { toldOfBatch } from "../random-told.js";
import { storedParts } from "../stored-parts.js";

const [directory, first] = process.argv.slice(2);

async function main(): Promise<void> {
  const { store, context, log, warnings } = storedParts({ directory: directory!, partBytes: 4000 });
  const loud = {
    ...context,
    log: {
      refresh: () => log.refresh(),
      commit(build: Parameters<typeof log.commit>[0]) {
        console.log("commit");
        return log.commit(build);
      },
    },
  };
  console.log("ready");
  for (let batch = Number(first); ; batch++) {
    console.log(`storing ${batch}`);
    await store(toldOfBatch(batch));
    console.log(`stored ${batch}`);
    if (batch % 4 === 3) await compactWhole(loud, { onProgress: () => console.log("rows") });
    else await compactInBackground(loud);
    if (warnings.length > 0) throw new Error(warnings.map(({ message }) => message).join("\n"));
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
