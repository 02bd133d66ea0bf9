// Puts its items into the queue, and takes whatever comes until all items of all have been taken.
import { openIndex, openQueue } from "@larder/structures";
import { log, programArguments, programName, run } from "./program-place.js";

const [items, programs] = programArguments.map(Number) as [number, number];

run(async (backend) => {
  const queue = openQueue<string>({ backend, name: "jobs" });
  const producers = openIndex<boolean>({ backend, name: "producers that are done" });
  const produce = async () => {
    for (let i = 0; i < items; i += 25) {
      await queue.putMany(Array.from({ length: 25 }, (_, k) => `${programName}/${i + k}`));
    }
    await producers.set(programName, true);
  };
  const consume = async () => {
    let over = false;
    for (;;) {
      const delivery = await queue.take({ leaseSeconds: 600, waitSeconds: over ? 0 : 0.2 });
      if (delivery === undefined) {
        // What others hold now they will acknowledge: nobody dies.
        if (over) return;
        over = (await producers.size()) === programs;
        continue;
      }
      log("delivered", delivery.value);
      await delivery.acknowledge();
    }
  };
  // Many at a time: what is asked for in one turn shares a commit.
  await Promise.all([produce(), ...Array.from({ length: 8 }, consume)]);
});
