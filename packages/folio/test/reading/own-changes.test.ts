import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type Folio, type FolioEvent, openFolio } from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "larder-folio-own-"));
const open: Folio[] = [];
afterEach(async () => {
  for (const folio of open.splice(0)) await folio.close();
  rmSync(folder, { recursive: true, force: true });
});

async function opened(events: FolioEvent[]): Promise<Folio> {
  const folio = await openFolio(join(folder, "bundle"), {
    cache: { directory: join(folder, "cache"), logging: { level: "silent" } },
    onEvent: (event) => events.push(event),
  });
  open.push(folio);
  return folio;
}

test("nobody is warned of what this folio changes itself; a listener is told, and another folio warned", async () => {
  const [mine, others]: [FolioEvent[], FolioEvent[]] = [[], []];
  const folio = await opened(mine);
  const changes: unknown[] = [];
  folio.onCacheInvalidation((change) => changes.push(change.item));
  await folio.add("settings", { rate: 1 });
  expect(await folio.get("settings")).toEqual({ rate: 1 });
  await folio.add("settings", { rate: 2 });
  expect(await folio.get("settings")).toEqual({ rate: 2 });
  const codes = (events: readonly FolioEvent[]) =>
    events.flatMap((event) => (event.type === "warning" ? [event.code] : []));
  expect(codes(mine)).toEqual([]);
  expect(changes).toEqual(["settings"]);

  const other = await opened(others);
  expect(await other.get("settings")).toEqual({ rate: 2 });
  await folio.add("settings", { rate: 3 });
  expect(await other.get("settings", { refresh: true })).toEqual({ rate: 3 });
  expect(codes(mine)).toEqual([]);

  await folio.delete("settings");
  expect(codes(mine)).toEqual([]);
  await expect(folio.get("settings")).rejects.toMatchObject({ code: "unknown-item" });
});
