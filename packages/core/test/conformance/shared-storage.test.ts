import { describe, expect, test } from "vitest";
import { checkConformance } from "../../src/conformance/index.js";
import { MemoryCache } from "../../src/index.js";
import { handleOn } from "./broken-backend.js";
import { persistent } from "./broken-sharing.js";
import { simpleBackend } from "./simple-backend.js";

describe("a backend on storage that is shared and outlives it passes when it is opened again and when there are two", () => {
  test("with an index alone", async () => {
    const storage = simpleBackend();
    const report = await checkConformance(() => persistent(storage), {
      capabilities: { entryIndex: true, persistent: true },
      reopen: () => persistent(storage),
      second: () => persistent(storage),
    });
    expect(report.failed).toEqual([]);
    expect(new Set(report.notRun.map(({ reason }) => reason.split("'")[1]))).toEqual(
      new Set(["tags", "leases", "transactions", "counters", "streams", "sizeLimit"]),
    );
    expect(report.passed).toContain("what was stored is there after closing and opening again");
  });

  test("with every capability", async () => {
    const storage = new MemoryCache();
    const open = () => {
      const handle = handleOn(storage);
      return Object.assign(handle, { supports: { ...handle.supports, persistent: true } });
    };
    const report = await checkConformance(open, { reopen: open, second: open });
    expect(report.failed).toEqual([]);
    expect(report.notRun).toEqual([]);
    expect(report.passed).toContain("transactions of two backends on the same storage lose no update");
  });
});
