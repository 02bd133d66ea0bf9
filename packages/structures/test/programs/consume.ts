// Takes items until it is killed, or until there are none; says what it took before it acknowledges, and afterwards.
import { openQueue } from "@larder/structures";
import { log, programName, run } from "./program-place.js";

run(async (backend) => {
  const queue = openQueue<string>({ backend, name: "jobs", maxAttempts: 1000 });
  const consume = async () => {
    for (;;) {
      const delivery = await queue.take({ leaseSeconds: 3600, waitSeconds: 0.1 });
      if (delivery === undefined) {
        const { ready, leased } = await queue.stats();
        if (ready + leased === 0) return;
        continue;
      }
      log("delivered", delivery.value, delivery.attempt, programName);
      console.log("delivered");
      await delivery.acknowledge();
      log("acknowledged", delivery.value);
    }
  };
  await Promise.all([consume(), consume()]);
});
