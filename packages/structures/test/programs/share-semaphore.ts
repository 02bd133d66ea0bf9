// Goes in and out of the semaphore, and writes down when.
import { openIndex, openSemaphore } from "@larder/structures";
import { log, programArguments, programName, run } from "./program-place.js";

const [permits, rounds] = programArguments.map(Number) as [number, number];

run(async (backend) => {
  const semaphore = openSemaphore({ backend, name: "s", permits });
  const work = openIndex<number>({ backend, name: "work" });
  const goInAndOut = async () => {
    for (let i = 0; i < rounds; i++) {
      const permit = await semaphore.acquire();
      log("in");
      for (let i = 0; i < 4; i++) await work.set(programName, i); // takes its time
      log("out");
      await permit.release();
    }
  };
  await Promise.all([goInAndOut(), goInAndOut()]);
});
