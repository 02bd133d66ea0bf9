import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { cacheDirectory, closeCaches, getData, getTableCachePath } from "../../src/index.js";
import { rowFetcher } from "../support/counting-fetcher.js";
import { temporaryDirectory } from "../support/temporary-directory.js";

const { LARDER_DIRECTORY } = process.env;
afterEach(async () => {
  await closeCaches();
  if (LARDER_DIRECTORY === undefined) delete process.env.LARDER_DIRECTORY;
  else process.env.LARDER_DIRECTORY = LARDER_DIRECTORY;
});

test("caches lie where LARDER_DIRECTORY says, else where the configuration file says, else in the user's directory for caches", async () => {
  const home = temporaryDirectory();
  const configuration = join(home, "conf", "larder");
  const environment = { XDG_CONFIG_HOME: join(home, "conf"), XDG_CACHE_HOME: join(home, "xdg") };
  const surroundings = { environment, platform: "linux", home } as const;
  expect(await cacheDirectory(surroundings)).toBe(join(home, "xdg", "larder"));
  mkdirSync(configuration, { recursive: true });
  writeFileSync(join(configuration, "config.json"), JSON.stringify({ directory: "/somewhere", version: 1 }));
  expect(await cacheDirectory(surroundings)).toBe("/somewhere");
  writeFileSync(join(configuration, "config.json"), JSON.stringify({ directory: "near" }));
  expect(await cacheDirectory(surroundings)).toBe(join(configuration, "near"));
  expect(await cacheDirectory({ ...surroundings, environment: { ...environment, LARDER_DIRECTORY: "/said" } })).toBe(
    "/said",
  );
});

test("each system has its own place for caches", async () => {
  const home = temporaryDirectory();
  const places = await Promise.all([
    cacheDirectory({ platform: "linux", home, environment: {} }),
    cacheDirectory({ platform: "darwin", home, environment: {} }),
    cacheDirectory({ platform: "win32", home, environment: { LOCALAPPDATA: join(home, "local") } }),
  ]);
  expect(places).toEqual([
    join(home, ".cache", "larder"),
    join(home, "Library", "Caches", "larder"),
    join(home, "local", "larder"),
  ]);
});

test("a configuration file that can't be used is an error that names it", async () => {
  const home = temporaryDirectory();
  const folder = join(home, ".config", "larder");
  mkdirSync(folder, { recursive: true });
  for (const text of ["{", "[]", '"x"', '{"directory": 5}', '{"directory": ""}']) {
    writeFileSync(join(folder, "config.json"), text);
    const failure = cacheDirectory({ platform: "linux", home, environment: {} });
    await expect(failure, text).rejects.toMatchObject({
      code: "invalid-configuration",
      facts: { path: join(folder, "config.json") },
    });
  }
});

test("without a cache, one is opened in the directory of the call, else in LARDER_DIRECTORY, and found there again", async () => {
  const [said, set] = [temporaryDirectory(), temporaryDirectory()];
  process.env.LARDER_DIRECTORY = set;
  const fetcher = rowFetcher((id: number) => ({ id, a: 1 }));
  const request = { table: "shop.items", ids: [1], columns: ["a"], fetcher };
  await getData(request);
  await getData({ ...request, directory: said });
  expect(fetcher.queries.length).toBe(2);
  await closeCaches();
  await getData(request);
  await getData({ ...request, directory: said });
  expect(fetcher.queries.length).toBe(2);
  for (const directory of [said, set]) {
    const path = await getTableCachePath("shop.items", { directory });
    expect([path.startsWith(directory), existsSync(path)]).toEqual([true, true]);
  }
});
