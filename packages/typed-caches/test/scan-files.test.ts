import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate, setTimeout } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { scanFiles } from "../src/repo-scan/scan-files.js";
import { temporaryDirectory } from "./both-caches.js";

const unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);
afterEach(() => void process.off("unhandledRejection", note));

it("rejects with the reason when it is aborted while files are read, and leaves nothing unhandled", async () => {
  process.on("unhandledRejection", note);
  const root = await temporaryDirectory();
  const paths = Array.from({ length: 2000 }, (_, at) => `f${at}`);
  for (const path of paths) writeFileSync(join(root, path), path);
  const controller = new AbortController();
  const walk = { root, followSymlinks: false, signal: controller.signal, problems: [], entered: new Set<string>() };
  const scanning = scanFiles(walk, paths, { hash: true, git: undefined, earlier: undefined });
  const rejected = expect(scanning).rejects.toThrow("enough");
  // Some files are being read, and not all have been looked at.
  await setImmediate();
  controller.abort(new Error("enough"));
  await rejected;
  await setTimeout(50);
  expect(unhandled).toEqual([]);
  expect(walk.problems).toEqual([]);
});
