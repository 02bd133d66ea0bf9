import { MemoryCache } from "../../src/index.js";
import { type BrokenBackend, brokenMemory, brokenPair, handleOn, replaced } from "./broken-backend.js";

const held = "counters begin at 0 and hold what was added to them";
const many = "of many additions none is lost, also while counters are read";
const apart = "counters of different names are kept apart";
const outlive = "counters outlive the backend that added to them";

/** Backends that count wrong. */
export const brokenCounters: readonly BrokenBackend[] = [
  brokenMemory("counts each addition as one", held, (right) => ({
    addToCounters: (amounts) => right.addToCounters(Object.fromEntries(Object.keys(amounts).map((name) => [name, 1]))),
  })),
  brokenMemory("counts in 32 bits", held, (right) => ({
    async readCounters() {
      return Object.fromEntries(Object.entries(await right.readCounters()).map(([name, count]) => [name, count | 0]));
    },
  })),
  brokenMemory("forgets what it had counted when it adds", held, () => {
    let latest = {};
    return {
      addToCounters: (amounts) => {
        latest = { ...amounts };
      },
      readCounters: async () => latest,
    };
  }),
  brokenMemory("loses what is added while counters are read", many, (right) => {
    let pending: Record<string, number> = {};
    return {
      addToCounters(amounts) {
        for (const [name, amount] of Object.entries(amounts)) pending[name] = (pending[name] ?? 0) + amount;
      },
      async readCounters() {
        const written = pending;
        await new Promise(setImmediate);
        right.addToCounters(written);
        pending = {};
        return right.readCounters();
      },
    };
  }),
  brokenMemory("cuts names of counters after 1,978 bytes", apart, (right) => ({
    addToCounters: (amounts) => {
      for (const [name, amount] of Object.entries(amounts)) right.addToCounters({ [name.slice(0, 1978)]: amount });
    },
  })),
  brokenMemory("takes upper and lower case of counters for one", apart, (right) => ({
    addToCounters: (amounts) => {
      for (const [name, amount] of Object.entries(amounts)) right.addToCounters({ [name.toLowerCase()]: amount });
    },
  })),
  brokenPair("counts for itself", "what two backends on the same storage add adds up", () => {
    const own = new MemoryCache();
    return { addToCounters: (amounts) => own.addToCounters(amounts), readCounters: () => own.readCounters() };
  }),
  brokenPair("overwrites what another has counted", "what two backends on the same storage add adds up", (right) => {
    const own: Record<string, number> = {};
    return {
      addToCounters(amounts) {
        for (const [name, amount] of Object.entries(amounts)) own[name] = (own[name] ?? 0) + amount;
      },
      async readCounters() {
        const before = await right.readCounters();
        for (const [name, count] of Object.entries(own)) right.addToCounters({ [name]: count - (before[name] ?? 0) });
        return right.readCounters();
      },
    };
  }),
  {
    fault: "loses what it had not written when it was closed",
    foundBy: outlive,
    options: {
      reopen: (closed) => replaced(handleOn(closed as MemoryCache), () => ({ readCounters: async () => ({}) })),
    },
    make: () => {
      const backend = handleOn(new MemoryCache());
      return Object.assign(backend, { supports: { ...backend.supports, persistent: true } });
    },
  },
  brokenMemory("keeps its counters when it clears", "clear() sets the counters back", (right) => ({
    async clear() {
      const before = await right.readCounters();
      await right.clear();
      right.addToCounters(before);
    },
  })),
  brokenMemory("writes out after clearing what it had counted before", "clear() sets the counters back", (right) => {
    let pending: Record<string, number>[] = [];
    return {
      addToCounters: (amounts) => void pending.push({ ...amounts }),
      readCounters() {
        for (const amounts of pending) right.addToCounters(amounts);
        pending = [];
        return right.readCounters();
      },
    };
  }),
];
