import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { gunzipFile } from "../../src/archive/gunzip-file.js";
import { memberReader } from "../../src/archive/member-reader.js";

const folder = mkdtempSync(join(tmpdir(), "larder-gunzip-"));
const file = join(folder, "file.gz");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** How many bytes come out before the end, or before it is refused. */
async function read(bytes: Uint8Array, limits: { maxRatio: number; freeBytes: number }): Promise<number> {
  writeFileSync(file, bytes);
  const handle = await open(file);
  let length = 0;
  try {
    for await (const chunk of gunzipFile(handle, file, limits)) length += chunk.byteLength;
  } catch (error) {
    throw Object.assign(error as Error, { length });
  } finally {
    await handle.close();
  }
  return length;
}

describe("a gzip file", () => {
  it("that grows beyond all measure is refused before it has", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 ** 2));
    const limits = { maxRatio: 10, freeBytes: 1024 ** 2 };
    const refused = await read(bomb, limits).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "unsafe-archive" });
    expect((refused as { length: number }).length).toBeLessThan(limits.freeBytes + limits.maxRatio * bomb.byteLength);
    expect(String(refused)).toContain("more than 10 times its size");
  });

  it("that shrinks well is taken within the limits", async () => {
    expect(await read(gzipSync(Buffer.alloc(8 * 1024 ** 2)), { maxRatio: 2000, freeBytes: 0 })).toBe(8 * 1024 ** 2);
  });

  it("comes out as it went in, in any pieces", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), fc.array(fc.nat(2000)), async (bytes, pieces) => {
        writeFileSync(file, gzipSync(bytes));
        const handle = await open(file);
        const reader = memberReader(gunzipFile(handle, file, { maxRatio: 10_000, freeBytes: 0 }));
        const taken: Uint8Array[] = [];
        for (const piece of pieces) taken.push(await reader.take(piece));
        taken.push(await reader.take(6000));
        await reader.close();
        await handle.close();
        expect(Buffer.concat(taken).equals(bytes)).toBe(true);
      }),
      { seed: 7, numRuns: 50 },
    );
  });
});
