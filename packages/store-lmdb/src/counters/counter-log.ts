import type { Xxhash } from "@larder/core";
import type { LmdbEnvironment } from "../lmdb-environment.js";
import type { TransactionPart } from "../store-context.js";
import { addToCounterRow } from "./counter-rows.js";

/** What is to be added to counters: gathered in memory, written with the next transaction, whoever asks for that one. */
export interface CounterLog extends TransactionPart {
  /** Adds to a counter with the next transaction. */
  add(name: string, by: number): void;
  /** Adds to a counter within the transaction that is running: undone along with it. */
  addNow(name: string, by: number): void;
  /** Sets all counters back, also by what is gathered. Within a transaction. */
  reset(): void;
  /** Whether something waits for a transaction. */
  isWaiting(): boolean;
}

/** The counters of an index. */
export function counterLog({ counters }: LmdbEnvironment, xxhash: Xxhash): CounterLog {
  const waiting = new Map<string, number>();
  const now = new Map<string, number>();
  let wasReset = false;
  return {
    add: (name, by) => addTo(waiting, name, by),
    addNow: (name, by) => addTo(now, name, by),
    reset() {
      counters.removeAll();
      now.clear();
      wasReset = true;
    },
    isWaiting: () => waiting.size > 0,
    begin() {
      now.clear();
      wasReset = false;
    },
    beforeCommit() {
      if (!wasReset) for (const [name, by] of waiting) addTo(now, name, by);
      for (const [name, by] of now) addToCounterRow(counters, name, by, xxhash);
    },
    ended(committed) {
      now.clear();
      if (committed) waiting.clear();
    },
  };
}

function addTo(amounts: Map<string, number>, name: string, by: number): void {
  amounts.set(name, (amounts.get(name) ?? 0) + by);
}
