import { writeFileSync } from "node:fs";
import { relative } from "node:path";

/**
 * A vitest reporter that writes what a sum over several suites needs, as JSON, to the file named by LARDER_SUITE_REPORT:
 * `{ passed, failures: [{ name, message }], skipped: [{ name, reason }] }`. vitest's own JSON reporter leaves out why
 * a test was skipped.
 */
export default class SuiteReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const report = { passed: 0, failures: [], skipped: [] };
    for (const module of modules) {
      const file = `${module.project.name} ${relative(process.cwd(), module.moduleId)}`.trimStart();
      // A file that can't be loaded, or a hook that throws, holds tests that never ran: it counts as a failure itself.
      addErrors(report, file, module.errors());
      for (const suite of module.children.allSuites()) addErrors(report, `${file} > ${suite.fullName}`, suite.errors());
      for (const test of module.children.allTests()) addTest(report, `${file} > ${test.fullName}`, test.result());
    }
    for (const error of unhandledErrors) addErrors(report, "unhandled error", [error]);
    writeFileSync(process.env.LARDER_SUITE_REPORT, JSON.stringify(report));
  }
}

function addErrors(report, name, errors) {
  if (errors.length > 0) report.failures.push({ name, message: errors.map((each) => each.message).join("\n") });
}

function addTest(report, name, result) {
  if (result.state === "passed") report.passed += 1;
  else if (result.state === "skipped") report.skipped.push({ name, reason: result.note ?? "" });
  else
    report.failures.push({
      name,
      message: (result.errors ?? []).map((each) => each.message).join("\n") || result.state,
    });
}
