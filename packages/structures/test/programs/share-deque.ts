// Pushes and pops at both ends by chance, and writes down what.
import { openDeque } from "@larder/structures";
import { randomNumbers } from "../random-numbers.js";
import { log, programArguments, programName, run } from "./program-place.js";

const [rounds, seed] = programArguments.map(Number) as [number, number];

run(async (backend) => {
  const next = randomNumbers(seed);
  const deque = openDeque<string>({ backend, name: "d" });
  for (let i = 0; i < rounds; i++) {
    if (next() < 0.55) {
      const value = `${programName}/${i}`;
      await (next() < 0.5 ? deque.pushBack(value) : deque.pushFront(value));
      log("pushed", value);
    } else {
      const value = await (next() < 0.5 ? deque.popBack() : deque.popFront());
      if (value !== undefined) log("popped", value);
    }
  }
});
