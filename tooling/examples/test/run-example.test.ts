import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkExampleTypes } from "../src/check-example-types.js";
import { codeBlocks } from "../src/code-blocks.js";
import { findExamples, readmesWithoutExample, unrunnableBlocks } from "../src/examples.js";
import { runExample } from "../src/run-example.js";

const work = fileURLToPath(new URL("../.cache/runner-tests/", import.meta.url));

function pages(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "larder-examples-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

function example(code: string, page = "PAGE.md") {
  onTestFinished(() => rmSync(work, { recursive: true, force: true }));
  return { page, line: 10, code, needsRedis: false };
}

describe("codeBlocks", () => {
  it("gives each block its language and the line of its first line of code", () => {
    const text = "# Page\n\n```ts\nlet a;\n```\n\n  ~~~sh\n  ls\n  ~~~\n";
    expect(codeBlocks(text)).toEqual([
      { info: "ts", code: "let a;", line: 4 },
      { info: "sh", code: "ls", line: 8 },
    ]);
  });

  it("takes a fence within a longer fence as code, and refuses a block that is never closed", () => {
    expect(codeBlocks("````md\n```ts\nlet a;\n```\n````\n")).toHaveLength(1);
    expect(() => codeBlocks("text\n```ts\nlet a;\n")).toThrow("line 2");
  });
});

describe("examples", () => {
  it("are found in every page except contracts, change logs and what is installed", () => {
    const block = "```ts\nlet a;\n```\n";
    const root = pages({
      "README.md": block,
      "docs/deep/page.md": block,
      "docs/design/contract.md": block,
      "packages/core/CHANGELOG.md": block,
      "node_modules/x/README.md": block,
    });
    expect(findExamples(root).map(({ page }) => page)).toEqual(["README.md", "docs/deep/page.md"]);
  });

  it("are missed in a README that has none", () => {
    const root = pages({
      "README.md": "```ts\n1;\n```\n",
      "packages/core/README.md": "```sh\nls\n```\n",
      "apps/x/README.md": "",
    });
    expect(readmesWithoutExample(root)).toEqual(["packages/core/README.md"]);
  });

  it("can't be exempt from running", () => {
    expect(unrunnableBlocks(pages({ "README.md": "```ts no-run\n1;\n```\n```typescript\n1;\n```\n" }))).toHaveLength(2);
  });
});

describe("runExample", () => {
  it("is content with an example that ends well, and resolves our packages and apache-arrow", async () => {
    const code =
      'import { checksumOf } from "@larder/core";\nimport { Table } from "apache-arrow";\nif (!checksumOf || !Table) throw 1;';
    expect(await runExample(work, example(code, "A.md"))).toBeUndefined();
  });

  it("names the place in the page and shows the output when an example throws", async () => {
    const failure = await runExample(work, example('console.log("so far");\nthrow new Error("broken");', "B.md"));
    expect(failure).toContain("B.md:10");
    expect(failure).toContain("so far");
    expect(failure).toContain("Error: broken");
  });

  it("reports a rejection that nobody handles", async () => {
    expect(await runExample(work, example('void Promise.reject(new Error("late"));', "C.md"))).toContain("late");
  });
});

describe("checkExampleTypes", () => {
  it("reports a mistake in types at its line in the page", () => {
    const wrong = checkExampleTypes(work, [example("const a = 1;\nconst b: string = a;\nconsole.log(b);", "D.md")]);
    expect(wrong).toMatch(/^D\.md:11:7: error TS2322/m);
  });
});
