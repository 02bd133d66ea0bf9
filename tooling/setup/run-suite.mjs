import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTool, toolEnvironment } from "./run-tool.mjs";

/** No suite takes this long; one that hangs must not hold up the rest for ever. */
const timeLimitMs = 45 * 60_000;

/**
 * Runs the vitest suite behind one script of a package.
 *
 * @param {{ root: string, path: string, script: string, live?: boolean }} options
 *   `path`: the package's folder; `script`: the command line in its package.json; `live`: show the output as it comes
 * @returns {Promise<{ passed: number, failures: { name: string, message: string }[],
 *   skipped: { name: string, reason: string }[], output: string }>}
 */
export async function runSuite({ root, path, script, live }) {
  const folder = mkdtempSync(join(tmpdir(), "larder-suite-"));
  try {
    const reportFile = join(folder, "report.json");
    const reporter = fileURLToPath(new URL("suite-reporter.mjs", import.meta.url));
    const base = toolEnvironment(root, { LARDER_SUITE_REPORT: reportFile });
    const env = { ...base, PATH: [join(path, "node_modules", ".bin"), base.PATH].join(delimiter) };
    const line = `${script} --reporter=default "--reporter=${reporter}"`;
    const { ok, output, status } = await runTool(line, [], { cwd: path, env, shell: true, live, timeLimitMs });
    const report = readReport(reportFile);
    if (!report) return single("the suite", `ended without a report (${status})`, output);
    if (!ok && report.failures.length === 0)
      report.failures.push({ name: "the suite", message: `ended with ${status}` });
    // A suite in which nothing ran proves nothing.
    if (ok && report.passed === 0 && report.skipped.length === 0) return single("the suite", "holds no test", output);
    return { ...report, output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function single(name, message, output) {
  return { passed: 0, failures: [{ name, message }], skipped: [], output };
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
