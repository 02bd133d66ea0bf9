import { oneSentence } from "@larder/app-shared";
import { LarderError } from "@larder/core";
import { checkConformance } from "@larder/core/conformance";
import type { BackendCheckOutcome, BackendCheckRequest } from "./act-protocol.js";
import { userBackend } from "./user-backend.js";

const failuresNamed = 5;

/** Puts the backend of a user's module through the quick part of the conformance suite. */
export async function performBackendCheck({ file }: BackendCheckRequest): Promise<BackendCheckOutcome> {
  const makeBackend = await userBackend(file);
  const first = await makeBackend();
  const report = await checkConformance(makeBackend, { brief: true, mayClear: false });
  await first.close?.();
  if (report.failed.length > 0) {
    const named = report.failed
      .slice(0, failuresNamed)
      .map(({ name, message }) => `'${name}' (${oneSentence(message)})`);
    const more = report.failed.length > failuresNamed ? ` and ${report.failed.length - failuresNamed} more` : "";
    throw new LarderError(
      `The backend ${file} fails ${report.failed.length} of ${report.failed.length + report.passed.length} conformance tests: ${named.join(", ")}${more}. Nothing was run on it.`,
      { code: "not-conforming", facts: { file, failed: report.failed.map(({ name }) => name) } },
    );
  }
  return { ok: true, testsPassed: report.passed.length, persistent: first.supports?.persistent === true };
}
