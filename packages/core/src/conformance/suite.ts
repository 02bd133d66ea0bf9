import { blobTests } from "./blob-tests.js";
import { clearTests } from "./clear-tests.js";
import { declarationTests } from "./declaration-tests.js";
import { entryIndexTests } from "./entry-index-tests.js";
import { formTests } from "./form-tests.js";
import { keyTests } from "./key-tests.js";
import { concurrencyTests, openBlobTests } from "./open-blob-tests.js";
import { persistenceTests } from "./persistence-tests.js";
import { recordTests } from "./record-tests.js";
import { signatureTests } from "./signature-tests.js";
import type { TestDefinition } from "./test-definition.js";

/** Every test, in order; those that clear come last. */
export const suite: readonly TestDefinition[] = [
  ...declarationTests,
  ...blobTests,
  ...formTests,
  ...recordTests,
  ...keyTests,
  ...signatureTests,
  ...openBlobTests,
  ...concurrencyTests,
  ...entryIndexTests,
  ...persistenceTests,
  ...clearTests,
];
