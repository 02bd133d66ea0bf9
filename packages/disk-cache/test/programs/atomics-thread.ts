// One thread of `atomics-process`. In each round it increments one number, adds one key that every thread adds, pops one that every
// thread pops, and moves 1 from one account to another; in half of the rounds several increments at once.
import { parentPort } from "node:worker_threads";
import { Cache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";

const [directory, name, rounds] = process.argv.slice(2) as [string, string, string];
const accounts = 5;

async function main(): Promise<void> {
  const cache = new Cache({ backend: new DiskCache({ directory }) });
  const numbers: number[] = [];
  const added: number[] = [];
  const popped: number[] = [];
  for (let round = 0; round < Number(rounds); round++) {
    const steps = round % 2 === 0 ? 1 : 3;
    numbers.push(...(await Promise.all(Array.from({ length: steps }, () => cache.increment("number")))));
    if ((await cache.add(`add/${round}`, name)).stored) added.push(round);
    const value = await cache.pop<number>(`pop/${round}`);
    if (value !== undefined) popped.push(value);
    const [from, to] = [`account/${round % accounts}`, `account/${(round * 3 + 1) % accounts}`];
    await cache.transaction((view) => {
      view.set(from, view.get<number>(from)! - 1);
      view.set(to, view.get<number>(to)! + 1);
    });
  }
  await cache.close();
  parentPort!.postMessage({ name, numbers, added, popped });
}

void main();
