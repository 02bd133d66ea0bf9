// Calls a throttled function as fast as it can, and writes down when it starts.
import { throttle } from "@larder/structures";
import { log, programArguments, run } from "./program-place.js";

const [count, perSeconds, calls] = programArguments.map(Number) as [number, number, number];

run(async (backend) => {
  const start = throttle(() => log("start"), { backend, name: "t", count, perSeconds });
  await Promise.all(Array.from({ length: calls }, () => start()));
});
