import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { checkExampleTypes } from "../src/check-example-types.js";
import { findExamples, readmesWithoutExample, unrunnableBlocks } from "../src/examples.js";
import { redisAnswers } from "../src/redis-answers.js";
import { runExample } from "../src/run-example.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
// Within this package, so that our packages and apache-arrow resolve.
const work = fileURLToPath(new URL("../.work/", import.meta.url));
const examples = findExamples(root);

beforeAll(() => rmSync(work, { recursive: true, force: true }));

describe.concurrent("the example at", () => {
  for (const example of examples) {
    it(`${example.page}:${example.line} runs`, async ({ skip }) => {
      if (example.needsRedis && !(await redisAnswers())) skip("needs a Redis on 127.0.0.1:6379, and none answers");
      const failure = await runExample(work, example);
      if (failure !== undefined) throw new Error(failure);
    });
  }
});

describe("the documentation", () => {
  it("has examples that type-check", () => {
    expect(checkExampleTypes(work, examples)).toBe("");
  });

  it("shows a running example in every README", () => {
    expect(readmesWithoutExample(root)).toEqual([]);
  });

  it("has no block of TypeScript that is marked so as not to be run", () => {
    expect(unrunnableBlocks(root)).toEqual([]);
  });
});
