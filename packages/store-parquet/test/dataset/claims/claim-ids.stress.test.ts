import { once } from "node:events";
import { expect, test } from "vitest";
import { claims } from "../../../src/dataset/claims/claim-ids.js";
import { idsIn } from "../../../src/dataset/ids/make-id-set.js";
import { type Program, startProgram } from "../log/support/run-program.js";
import { idsOf, sampleDirectory } from "../log/support/sample-dataset.js";

const program = new URL("./programs/claim-ids.ts", import.meta.url);

/** Starts programs that claim all at once, as soon as all of them run. */
async function claimAtOnce(
  directory: string,
  ids: number,
  programs: number,
  all = "",
): Promise<[Program, Promise<number[]>][]> {
  const started = Array.from({ length: programs }, () => startProgram(program, [directory, String(ids), all]));
  await Promise.all(started.map(({ onLine }) => lineThat(onLine, (line) => line === "ready")));
  return started.map((one) => {
    const mine = lineThat(one.onLine, (line) => line.startsWith("mine")).then(
      (line) => JSON.parse(line.slice(5)) as number[],
    );
    one.child.stdin!.write("go\n");
    return [one, mine];
  });
}

function lineThat(onLine: Program["onLine"], isIt: (line: string) => boolean): Promise<string> {
  return new Promise((resolve) => onLine((line) => isIt(line) && resolve(line)));
}

test("of four processes that want the same ids at the same time, each id is one's to fetch", async () => {
  const directory = sampleDirectory();
  const started = await claimAtOnce(directory, 1000, 4);
  const mine = (await Promise.all(started.map(([, ids]) => ids))).flat().sort((a, b) => a - b);
  expect(mine).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  for (const [{ child, ended }] of started) {
    child.stdin!.write("end\n");
    expect(await ended).toMatchObject({ code: 0, errors: "" });
  }
}, 120_000);

test("what a process claimed that is killed goes to one of those who wait", async () => {
  const directory = sampleDirectory();
  const [first] = await claimAtOnce(directory, 50, 1);
  expect((await first![1]).length).toBe(50);
  const waiting = await claimAtOnce(directory, 50, 2, "all");
  expect(await Promise.all(waiting.map(([, ids]) => ids))).toEqual([[], []]);
  const here = await claims(directory).claim(idsOf(3, 60), ["x"]);
  expect([...idsIn(here.others)]).toEqual([3n]);
  const got = waiting.map(([{ onLine }]) => lineThat(onLine, (line) => line.startsWith("mine [0")));
  first![0].child.kill("SIGKILL");
  await once(first![0].child, "exit");
  await here.othersMoved();
  const one = JSON.parse((await Promise.race(got)).slice(5)) as number[];
  expect(one).toEqual(Array.from({ length: 50 }, (_, i) => i));
  for (const [{ child }] of waiting) child.kill("SIGKILL");
  await here.release();
}, 120_000);
