import { conditionTests } from "./condition-tests.js";
import { listTests } from "./list-tests.js";
import { rangeTests } from "./range-tests.js";
import { readingTests } from "./reading-tests.js";
import type { TestDefinition } from "./test-definition.js";
import { versionTests } from "./version-tests.js";
import { writingTests } from "./writing-tests.js";

/** Every test, in order. */
export const suite: readonly TestDefinition[] = [
  ...readingTests,
  ...rangeTests,
  ...versionTests,
  ...writingTests,
  ...conditionTests,
  ...listTests,
];
