import { LarderError } from "@larder/core";
import type { FolioStore } from "./folio-store.js";

type Methods = Omit<FolioStore, "close">;
type Method = (...args: unknown[]) => unknown;

/** They only count: after the end nobody asks for it, and a reader that outlives its folio must not fail for it. */
const uncounted: ReadonlySet<string> = new Set<keyof Methods>(["count", "touch"]);

/** They read on with each value. */
const iterables: ReadonlySet<string> = new Set<keyof Methods>(["bundles", "items", "contents"]);

/** What it runs asks for what it needs by itself, and may be what closes the store. */
const notWaitedFor: ReadonlySet<string> = new Set<keyof Methods>(["exclusive"]);

/**
 * A store that can be closed. Closing waits for what is under way; a method called later throws LarderError `closed`, for the
 * backend below would open its files again, and nobody would close them.
 *
 * @param end - releases what the store has open; called once
 */
export function closableStore(methods: Methods, end: () => Promise<void>): FolioStore {
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  function guarded(name: string, method: Method): Method {
    return (...args) => {
      if (closing !== undefined) return refused(name);
      const result = method(...args);
      if (iterables.has(name)) return whileOpen(result as AsyncIterable<unknown>);
      if (result instanceof Promise && !notWaitedFor.has(name)) wait(result);
      return result;
    };
  }

  function wait(result: Promise<unknown>): void {
    underWay.add(result);
    const over = () => underWay.delete(result);
    result.then(over, over);
  }

  async function* whileOpen(values: AsyncIterable<unknown>): AsyncGenerator<unknown> {
    if (closing !== undefined) throw closedError();
    for await (const value of values) {
      yield value;
      if (closing !== undefined) throw closedError();
    }
  }

  function refused(name: string): unknown {
    if (uncounted.has(name)) return undefined;
    if (iterables.has(name) || name === "openTable") throw closedError();
    return Promise.reject(closedError());
  }

  function closedError(): LarderError {
    const where = methods.directory === undefined ? "in memory" : `in ${methods.directory}`;
    return new LarderError(`The folio cache ${where} was closed. Open it again with openFolioStore.`, {
      code: "closed",
      facts: { directory: methods.directory },
    });
  }

  async function closed(): Promise<void> {
    await Promise.allSettled(underWay);
    await end();
  }

  const members = Object.entries(methods).map(([name, member]) => [
    name,
    typeof member === "function" ? guarded(name, member as Method) : member,
  ]);
  return {
    ...(Object.fromEntries(members) as Methods),
    close() {
      closing ??= closed();
      return closing;
    },
  };
}
