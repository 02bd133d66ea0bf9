import { blobTests } from "./blob-tests.js";
import { clearTests } from "./clear-tests.js";
import { counterClearTests, counterTests } from "./counter-tests.js";
import { declarationTests } from "./declaration-tests.js";
import { entryIndexTests } from "./entry-index-tests.js";
import { entryRangeTests } from "./entry-range-tests.js";
import { formTests } from "./form-tests.js";
import { keyTests } from "./key-tests.js";
import { leaseTests } from "./lease-tests.js";
import { concurrencyTests, openBlobTests } from "./open-blob-tests.js";
import { persistenceTests } from "./persistence-tests.js";
import { recordTests } from "./record-tests.js";
import { scatteredReadTests } from "./scattered-read-tests.js";
import { signatureTests } from "./signature-tests.js";
import { sizeLimitTests } from "./size-limit-tests.js";
import { streamTests } from "./stream-tests.js";
import { tagClearTests, tagTests } from "./tag-tests.js";
import type { TestDefinition } from "./test-definition.js";
import { transactionRaceTests } from "./transaction-race-tests.js";
import { transactionTests } from "./transaction-tests.js";
import { volumeClearTests, volumeTests } from "./volume-tests.js";

/** Every test, in order; those that clear come last. */
export const suite: readonly TestDefinition[] = [
  ...declarationTests,
  ...blobTests,
  ...scatteredReadTests,
  ...formTests,
  ...recordTests,
  ...keyTests,
  ...signatureTests,
  ...openBlobTests,
  ...concurrencyTests,
  ...entryIndexTests,
  ...entryRangeTests,
  ...tagTests,
  ...leaseTests,
  ...transactionTests,
  ...transactionRaceTests,
  ...counterTests,
  ...streamTests,
  ...volumeTests,
  ...sizeLimitTests,
  ...persistenceTests,
  ...clearTests,
  ...tagClearTests,
  ...counterClearTests,
  ...volumeClearTests,
];
