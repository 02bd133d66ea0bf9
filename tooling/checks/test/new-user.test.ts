import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packPackages } from "../src/pack-packages.js";
import { type ProgramOutcome, runProgram, runSoundly } from "../src/run-program.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const programs = fileURLToPath(new URL("fixtures/new-user/", import.meta.url));
const arrow = "21.2.0";

/** npm could not reach its registry: nothing that is ours. */
const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT/;

describe("a new user, who installs the packed packages with npm,", () => {
  let folder: string;
  let installed: ProgramOutcome;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "larder-new-user-"));
    const packed = await packPackages(root, join(folder, "packed"));
    const dependencies = Object.fromEntries(
      packed.map(({ owner, tarball }) => [owner.manifest.name, `file:${tarball}`]),
    );
    // What our packages ask of each other is not in the registry yet: it leads to the tarballs as well.
    const overrides = Object.fromEntries(Object.keys(dependencies).map((name) => [name, `$${name}`]));
    const manifest = {
      name: "new-user",
      private: true,
      dependencies: { ...dependencies, "apache-arrow": arrow },
      overrides,
    };
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    for (const name of readdirSync(programs)) copyFileSync(join(programs, name), join(folder, name));
    const args = ["install", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"];
    installed = await runProgram("npm", args, { cwd: folder, env: outsideEnvironment() });
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = async (program: string, skip: (reason: string) => never): Promise<unknown> => {
    if (installed.code !== 0 && unreachable.test(installed.output)) skip("npm's registry can't be reached");
    if (installed.code !== 0) throw new Error(`npm install failed:\n${installed.output}`);
    return JSON.parse(await runSoundly(process.execPath, [program], { cwd: folder, env: outsideEnvironment() }));
  };

  it("computes in the first process and hits in the second", async ({ skip }) => {
    const result = { square: 9, longest: "pantry" };
    const first = { computed: ["squares"], ...result, decisions: { words: "miss", longest: "miss" } };
    const second = { computed: [], ...result, decisions: { words: "skipped", longest: "hit" } };
    expect(await run("plain.mjs", skip)).toEqual(first);
    expect(await run("plain.mjs", skip)).toEqual(second);
  });

  it("has the same through require()", async ({ skip }) => {
    const result = { square: 9, double: 8, loaded: ["function", "function"] };
    expect(await run("required.cjs", skip)).toEqual({ computed: ["square"], ...result, decision: "miss" });
    expect(await run("required.cjs", skip)).toEqual({ computed: [], ...result, decision: "hit" });
  });

  it("keeps a table from one process to the next", async ({ skip }) => {
    const table = { rows: 1000, last: 1998, name: "n1000" };
    expect(await run("table.mjs", skip)).toEqual({ ...table, decision: "miss" });
    expect(await run("table.mjs", skip)).toEqual({ ...table, decision: "hit" });
  });

  it("needs no apache-arrow for values that are no tables", async ({ skip }) => {
    rmSync(join(folder, "node_modules", "apache-arrow"), { recursive: true, force: true });
    rmSync(join(folder, "cache-plain"), { recursive: true, force: true });
    expect(await run("plain.mjs", skip)).toMatchObject({ computed: ["squares"], longest: "pantry" });
    expect(await run("plain.mjs", skip)).toMatchObject({ computed: [], longest: "pantry" });
  });
});

/** The environment of a terminal outside the repository: nothing that a test runner or `npm test` put in. */
function outsideEnvironment(): NodeJS.ProcessEnv {
  const ours =
    /^(npm_(?!config_(registry|cache|cafile|proxy|https_proxy))|NODE_OPTIONS|VITEST|LARDER_|INIT_CWD|PNPM_|NODE_PATH|NODE_ENV|TEST)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}
