import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Fleet, startFleet } from "./stampede-fleet.js";

const processes = 10;
const threads = 4;
/** How long a computation blocks its thread. */
const blockMs = process.env.LARDER_FAULTS_LONG === undefined ? 3_000 : 30_000;

/** Values got, each once. */
const different = (answers: readonly Answer[]) => new Set(answers.map(({ value }) => JSON.stringify(value)));

describe(`${processes} processes with ${threads} threads each, which ask for one key at the same moment`, () => {
  let fleet: Fleet;
  let living = processes * threads;

  beforeAll(async () => {
    const started = performance.now();
    fleet = await startFleet(processes, threads);
    console.log(`fleet started after ${Math.round(performance.now() - started)} ms`);
  }, 180_000);
  afterAll(async () => {
    expect(await fleet.end()).toEqual(Array(processes - 1).fill(0));
  }, 60_000);

  test("compute it once, and all get the value", async () => {
    const asked = fleet.ask({ key: "cold" });
    await asked.waitedForBy(living - 1);
    asked.open();
    const answers = await asked.answers(living);
    expect(asked.computations().length).toBe(1);
    expect(different(answers).size).toBe(1);
    expect(answers.filter(({ events }) => events["stampede-avoided"] === 1).length).toBe(living - 1);
    expect(answers.every(({ events }) => events.warning === undefined)).toBe(true);
  });

  test("compute it once when it has expired", async () => {
    const first = fleet.ask({ key: "expired", ttlSeconds: 0.001 });
    first.open();
    await first.answers(living);
    const asked = fleet.ask({ key: "expired", ttlSeconds: 3600 });
    await asked.waitedForBy(living - 1);
    asked.open();
    const answers = await asked.answers(living);
    expect(asked.computations().length).toBe(1);
    expect(different(answers).size).toBe(1);
  });

  test("compute it once when its time is over before anyone who waits has it", async () => {
    const asked = fleet.ask({ key: "short-lived", ttlSeconds: 0.001 });
    await asked.waitedForBy(living - 1);
    asked.open();
    const answers = await asked.answers(living);
    expect(asked.computations().length).toBe(1);
    expect(different(answers).size).toBe(1);
  });

  test(`compute it once when that blocks its thread for ${blockMs} ms`, async () => {
    const asked = fleet.ask({ key: "blocking", work: "blocks", blockMs });
    const answers = await asked.answers(living);
    expect(asked.computations().length).toBe(1);
    expect(different(answers).size).toBe(1);
  }, 120_000);

  test("compute it once when that fails, and all get the error", async () => {
    const asked = fleet.ask({ key: "failing", work: "fails" });
    await asked.waitedForBy(living - 1);
    asked.open();
    const answers = await asked.answers(living);
    expect(asked.computations().length).toBe(1);
    expect(answers.every(({ error }) => error?.message.includes("the server said no"))).toBe(true);
    const elsewhere = answers.filter(({ error }) => error?.elsewhere);
    expect(elsewhere.length).toBe(living - 1);
    expect(elsewhere[0]!.error!.facts).toMatchObject({ name: "TypeError", code: "refused" });
  });

  test("compute it each when it can't be stored", async () => {
    const asked = fleet.ask({ key: "not storable", work: "can't be stored" });
    await asked.waitedForBy(living - 1);
    asked.open();
    const answers = await asked.answers(living);
    expect(asked.computations().length).toBe(living);
    expect(answers.every(({ value }) => value === "a function")).toBe(true);
  });

  test("compute it once more when the thread that computes it is terminated", async () => {
    const asked = fleet.ask({ key: "terminated", work: "hangs at first" });
    await asked.waitedForBy(living - 1);
    const [first] = await asked.computationsAre(1);
    asked.open();
    const ended = Date.now();
    await fleet.terminate(first!.pid, first!.threadId);
    living -= 1;
    const answers = await asked.answers(living);
    const [, second] = asked.computations();
    expect(asked.computations().length).toBe(2);
    expect(different(answers).size).toBe(1);
    console.log(`after a thread was terminated, another computed ${second!.at - ended} ms later`);
  });

  test("compute it once more when the process that computes it is killed", async () => {
    const asked = fleet.ask({ key: "killed", work: "hangs at first" });
    await asked.waitedForBy(living - 1);
    const [first] = await asked.computationsAre(1);
    asked.open();
    const killed = Date.now();
    fleet.kill(first!.pid);
    living -= threads;
    // One thread of that process may have been terminated by the test before.
    const answers = await asked.answers(living);
    const [, second] = asked.computations();
    expect(asked.computations().length).toBe(2);
    expect(different(answers).size).toBe(1);
    console.log(`after a process was killed, another computed ${second!.at - killed} ms later`);
    expect(second!.at - killed).toBeLessThan(5_000);
  });
});
