import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { makePlainCache } from "./harness/make-caches.js";
import { userEnvironment } from "./harness/run-larder.js";
import { workingFolder } from "./harness/working-folder.js";

const home = fileURLToPath(new URL("..", import.meta.url));
const entry = join(home, "dist", "larder.js");

/** Why the built program says nothing of these sources; `undefined` when it does. */
function whyNotBuilt(): string | undefined {
  const packages = readdirSync(join(home, "..")).map((name) => join(home, "..", name));
  const stale = packages.find(
    (folder) =>
      !existsSync(join(folder, "dist", "index.js")) || newestIn(join(folder, "src")) > newestIn(join(folder, "dist")),
  );
  return stale === undefined ? undefined : `${stale} has changed since it was built: npm test builds it first`;
}

function newestIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return Math.max(0, ...files.map(({ parentPath, name }) => statSync(join(parentPath, name)).mtimeMs));
}

describe("the built program", () => {
  it("shows help, looks at a cache, exports a table and refuses to clear", async (ctx) => {
    const reason = whyNotBuilt();
    if (reason !== undefined) return ctx.skip(reason);
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    const larder = (...args: readonly string[]) =>
      spawnSync(process.execPath, [entry, ...args], { cwd, env: userEnvironment(cwd), encoding: "utf8" });
    expect(larder("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("cache stats") });
    expect(JSON.parse(larder("cache", "stats", "--json").stdout)).toMatchObject({ total: { caches: 1, entries: 6 } });
    expect(larder("export", "people", "-c", "id").stdout).toBe("id\n1\n9007199254740993\n-3\n");
    expect(larder("cache", "clear", "--all").status).toBe(2);
    expect(larder("config", "--json").status).toBe(0);
    expect(larder("check").status).toBe(0);
  });
});
