import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startProgram } from "./start-program.js";
import { kindsOfStore, movedClock, openStore, temporaryFolder } from "./stores.js";

interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

function gate(): Gate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe.each(kindsOfStore)("in a store %s", (_, open) => {
  test("work under one name is done one after the other, under another at the same time", async () => {
    const store = await open();
    const log: string[] = [];
    const first = gate();
    const began = gate();
    const one = store.exclusive("a", async () => {
      log.push("one begins");
      began.open();
      await first.opened;
      log.push("one ends");
      return 1;
    });
    await began.opened;
    const two = store.exclusive("a", async () => log.push("two"));
    expect(await store.exclusive("b", async () => log.push("other"))).toBe(2);
    first.open();
    expect(await one).toBe(1);
    await two;
    expect(log).toEqual(["one begins", "other", "one ends", "two"]);
  });

  test("who waits for work that turns out to be done does not do it again", async () => {
    const store = await open();
    const hold = gate();
    const began = gate();
    let done = false;
    let times = 0;
    const work = async () => {
      times++;
      began.open();
      await hold.opened;
      done = true;
      return times;
    };
    const isDone = async () => done;
    const first = store.exclusive("a", work, { isDone });
    await began.opened;
    const others = Array.from({ length: 5 }, () => store.exclusive("a", work, { isDone }));
    hold.open();
    expect(await Promise.all([first, ...others])).toEqual([1, "done", "done", "done", "done", "done"]);
    expect(times).toBe(1);
  });

  test("work that fails leaves the name to the next, and only its own caller sees the error", async () => {
    const store = await open();
    const failing = store.exclusive("a", async () => {
      throw new Error("on purpose");
    });
    const next = store.exclusive("a", async () => "next");
    await expect(failing).rejects.toThrow("on purpose");
    expect(await next).toBe("next");
  });

  test("a holder that gets on is waited for as long as it takes, one that does not for the time said", async () => {
    const clock = movedClock();
    const store = await open({ clock });
    const hold = gate();
    const began = gate();
    const holding = store.exclusive("a", async () => {
      began.open();
      await hold.opened;
      return "held";
    });
    await began.opened;
    let looks = 0;
    let steps = 0;
    const late = gate();
    const progress = async () => {
      if (++looks > 10) late.open();
      // Half of the time that is waited for passes between two looks.
      clock.advance(5);
      return ++steps <= 10 ? steps : "stuck";
    };
    const waiting = store.exclusive("a", async () => "never", { waitMs: 10_000, progress });
    const refused = expect(waiting).rejects.toMatchObject({
      code: "lock-timeout",
      facts: { name: "a", waitMs: 10_000 },
    });
    await late.opened;
    await refused;
    expect(looks).toBeGreaterThan(10);
    hold.open();
    expect(await holding).toBe("held");
    expect(await store.exclusive("a", async () => "free")).toBe("free");
  });

  test("who gives up waiting gets the reason of the signal, and disturbs nobody", async () => {
    const store = await open();
    const hold = gate();
    const began = gate();
    const holding = store.exclusive("a", async () => {
      began.open();
      await hold.opened;
    });
    await began.opened;
    const abort = new AbortController();
    const waiting = store.exclusive("a", async () => "never", { signal: abort.signal });
    const next = store.exclusive("a", async () => "next");
    abort.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    hold.open();
    await holding;
    expect(await next).toBe("next");
    await expect(store.exclusive("a", async () => 1, { signal: abort.signal })).rejects.toThrow("enough");
  });
});

test("of eight processes one does the work, and the others hear that it is done", async () => {
  const directory = temporaryFolder();
  const log = join(directory, "log");
  const programs = Array.from({ length: 8 }, () => startProgram("exclusive", [directory, log, "item"]));
  const ended = await Promise.all(programs.map((program) => program.ended));
  expect(ended.map(({ errors }) => errors).join("")).toBe("");
  expect(ended.map(({ output }) => output.at(-1)).sort()).toEqual([...Array(7).fill("done"), "worked"]);
  expect(readFileSync(log, "utf8").trim().split("\n")).toHaveLength(2);
}, 120_000);

test("when the process that works is killed, the next takes over at once", async () => {
  const directory = temporaryFolder();
  const log = join(directory, "log");
  const holder = startProgram("exclusive", [directory, log, "item", "hang"]);
  await holder.printed("hanging");
  const store = await openStore({ directory });
  const waiting = store.exclusive("item", async () => "taken over", { waitMs: 60_000 });
  holder.child.kill("SIGKILL");
  const begun = performance.now();
  expect(await waiting).toBe("taken over");
  expect(performance.now() - begun).toBeLessThan(10_000);
}, 120_000);

test("a process that hangs is waited for no longer than the time said", async () => {
  const directory = temporaryFolder();
  const holder = startProgram("exclusive", [directory, join(directory, "log"), "item", "hang"]);
  await holder.printed("hanging");
  const store = await openStore({ directory });
  await expect(store.exclusive("item", async () => "never", { waitMs: 300 })).rejects.toMatchObject({
    code: "lock-timeout",
  });
}, 120_000);
