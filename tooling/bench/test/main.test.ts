import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../", import.meta.url));

function bench(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "src/main.ts", ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("npm run bench", () => {
  it("prints one JSON document with --json, every case with its peers and ratios", () => {
    const { status, stdout, stderr } = bench("digest", "--quick", "--json");
    expect(status, stderr).toBe(0);
    const { machine, node, results } = JSON.parse(stdout);
    expect(typeof machine).toBe("string");
    expect(node).toBe(process.versions.node);
    expect(results).toHaveLength(3);
    for (const result of results) {
      expect(Object.keys(result)).toEqual([
        "benchmark",
        "case",
        "unit",
        "betterIs",
        "ours",
        "peers",
        "ratios",
        "peakMegabytes",
        "runs",
        "goal",
        "met",
      ]);
      expect(Object.keys(result.ratios)).toEqual(Object.keys(result.peers));
      expect(result.ours).toBeGreaterThan(0);
    }
  });

  it("lists the benchmarks with --help, and refuses a name that is none of them", () => {
    expect(bench("--help").stdout).toContain("pipeline");
    expect(bench("none")).toMatchObject({ status: 1, stdout: "" });
    expect(bench("none").stderr).toContain('There is no benchmark "none"');
    expect(bench("--fast").stderr).toContain("--fast");
  });
});
