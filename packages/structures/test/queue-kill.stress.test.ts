import { DiskCache } from "@larder/disk-cache";
import { openQueue } from "@larder/structures";
import { expect, test } from "vitest";
import { randomNumbers } from "./random-numbers.js";
import { startProgram } from "./run-program.js";
import { sharedPlace } from "./shared-place.js";

const long = process.env.LARDER_FAULTS_LONG === "1";
const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_127);

test("consumers are killed at random: no item is lost, and none is delivered again once its taker knew it acknowledged", async () => {
  const rounds = long ? 60 : 8;
  console.log(`seed ${seed}, ${rounds} kills`);
  const random = randomNumbers(seed);
  const place = sharedPlace();
  const backend = new DiskCache({ directory: place.directory });
  const queue = openQueue<string>({ backend, name: "jobs", maxAttempts: 1000 });
  const items = Array.from({ length: rounds * 60 }, (_, i) => `item${i}`);
  await queue.putMany(items);

  const start = (name: string) => ({ name, ...startProgram("consume", [place.path, name]) });
  const running = [start("c0"), start("c1")];
  for (let kill = 0; kill < rounds; kill++) {
    const victim = running.splice(Math.floor(random() * running.length), 1)[0]!;
    let wanted = 1 + Math.floor(random() * 30);
    await new Promise<void>((resolve) => {
      victim.child.stdout!.on("data", (data: Buffer) => {
        wanted -= data.toString().split("delivered").length - 1;
        if (wanted <= 0) resolve();
      });
      victim.ended.then(() => resolve());
    });
    victim.child.kill("SIGKILL");
    await victim.ended;
    running.push(start(`c${kill + 2}`));
  }
  const ends = await Promise.all(running.map(({ ended }) => ended));
  expect(ends.map(({ code, errors }) => ({ code, errors }))).toEqual(running.map(() => ({ code: 0, errors: "" })));

  const lines = place.log().toSorted(([a], [b]) => Number(a) - Number(b));
  const acknowledged = new Set<string>();
  const delivered = new Set<string>();
  let again = 0;
  for (const [, what, value, attempt] of lines) {
    if (what === "acknowledged") acknowledged.add(value!);
    else {
      expect(acknowledged.has(value!), `${value} was delivered after it had been acknowledged`).toBe(false);
      delivered.add(value!);
      if (Number(attempt) > 1) again++;
    }
  }
  expect([...delivered].toSorted()).toEqual(items.toSorted());
  expect(await queue.stats()).toEqual({ ready: 0, leased: 0, delayed: 0, dead: 0 });
  console.log(`${again} deliveries again`);
  expect(again).toBeGreaterThan(0);
  await backend.close();
}, 600_000);
