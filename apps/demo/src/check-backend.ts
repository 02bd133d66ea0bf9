import { startAct } from "./act-process.js";
import { type RunContext, refusalOf, refuseInterrupted, stopWhenInterrupted } from "./run-context.js";

/**
 * Puts a user's backend through the conformance suite, in brief, in a process of its own.
 *
 * @throws LarderError `not-conforming` naming the tests that fail
 */
export async function checkBackend({ options, print, interrupts }: RunContext, file: string): Promise<void> {
  print.soft(`Backend ${file}: conformance tests, in brief…`);
  const check = startAct({ task: "check-backend", file }, { keepStdoutClean: options.json });
  stopWhenInterrupted(check, interrupts);
  const { outcome } = await check.outcome;
  refuseInterrupted(interrupts);
  if (!outcome.ok) throw refusalOf(outcome);
  print.line(`Backend: ${outcome.testsPassed} conformance tests passed.`);
  if (!outcome.persistent) {
    print.line("It does not declare supports.persistent: if it ends with its process, every act is cold.");
  }
}
