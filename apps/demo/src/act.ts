import { codeOf, oneSentence } from "@larder/app-shared";
import type { ActOutcome, BackendCheckOutcome, FailedOutcome, ProcessRequest } from "./act-protocol.js";
import { closeOnInterrupt } from "./close-on-interrupt.js";
import type { MakeDatabaseOutcome, StepOutcome } from "./database/database-protocol.js";
import type { FolioStepOutcome, PublishFolioOutcome } from "./folio/folio-protocol.js";
import { lendPackages } from "./lend-packages.js";

// The process of one act: gets its request from the runner, does it, hands back the outcome, and ends by itself.
const interrupted = closeOnInterrupt();

type Outcome =
  | ActOutcome
  | BackendCheckOutcome
  | MakeDatabaseOutcome
  | StepOutcome
  | PublishFolioOutcome
  | FolioStepOutcome;

async function handle(request: ProcessRequest): Promise<Outcome> {
  try {
    lendPackages();
    if (request.task === "check-backend") {
      const { performBackendCheck } = await import("./perform-backend-check.js");
      return await performBackendCheck(request);
    }
    if (request.task === "make-database") {
      const { makeDatabase } = await import("./database/make-database.js");
      return await makeDatabase(request, interrupted);
    }
    if (request.task === "database-step") {
      const { performStep } = await import("./database/perform-step.js");
      return await performStep(request, interrupted);
    }
    if (request.task === "publish-folio") {
      const { publishFolio } = await import("./folio/publish-folio.js");
      return await publishFolio(request, interrupted);
    }
    if (request.task === "folio-step") {
      const { readFolio } = await import("./folio/read-folio.js");
      return await readFolio(request, interrupted);
    }
    const { performAct } = await import("./perform-act.js");
    return await performAct(request, interrupted);
  } catch (error) {
    const failed: FailedOutcome = {
      ok: false,
      processId: process.pid,
      message: oneSentence(error),
      code: codeOf(error),
    };
    return failed;
  }
}

process.once("message", (request: ProcessRequest) => {
  handle(request).then((outcome) => {
    // The runner may be gone: then there is nobody to tell.
    if (!process.connected) return;
    process.send?.(outcome, () => {
      if (process.connected) process.disconnect();
    });
  });
});
