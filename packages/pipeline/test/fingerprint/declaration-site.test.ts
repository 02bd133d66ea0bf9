import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test, vi } from "vitest";
import { captureDeclarationSite } from "../../src/fingerprint/declaration-site.js";
import type { FingerprintOutcome } from "../../src/fingerprint/fingerprint-outcome.js";
import { createFingerprinter } from "../../src/fingerprint/fingerprinter.js";
import { positionInStack, scriptPath } from "../../src/fingerprint/stack-position.js";
import { type CodeForm, codeForms, fingerprintVariants, writeVariants } from "./code-forms.js";
import { removeProjects, type Sources, siteOf, writeProject } from "./source-project.js";

afterAll(removeProjects);

/** Ways of calling `func`; each node's function holds a number of its own. */
const shapes: Sources = {
  "nodes.EXT": `import * as larder from "@larder/pipeline";
import { func } from "@larder/pipeline";
import { imported } from "./steps.EXT";

const NUMBER = 1000;
export const plain = func({ inputs: [], output: "plain" }, (x) => x + 1);
export const [first, second] = [func({ inputs: [], output: "a" }, (x) => x + 2), func({ inputs: [], output: "a" }, (x) => x + 3)];
export const member = larder.func({ inputs: [], output: "member" }, ({ x }) => x + 4);
export const spread = func(
  {
    output: "spread",
    inputs: ["x"],
  },

  async function named(x) {
    return x + 5;
  },
);
const make = (name) => func({ inputs: [], output: name }, function* (x) { yield x + 6; });
export const made = make("made");
const step = (x, y) => x + 7 + NUMBER;
export const byName = func({ inputs: [], output: "a" }, step);
export const byImport = func({ inputs: [], output: "a" }, imported);
const adder = (n) => (x) => x + n;
export const byCall = func({ inputs: [], output: "a" }, adder(8));
export const inObject = { node: func({ inputs: [], output: "a" }, (x, ...rest) => x + 9) }.node;
export const nested = func({ inputs: [], output: "a", also: func({ inputs: [], output: "a" }, (x) => x + 10) }, (x) => x + 11);
export const template = func({ inputs: [], output: \`\${"a"}\` }, (x) => \`\${x}12\`);
`,
  "steps.EXT": "export function imported(x) { return x + 13; }\n",
};

function ownHash(outcome: FingerprintOutcome | undefined): string {
  if (!outcome?.readable) throw new Error(JSON.stringify(outcome));
  return outcome.parts[0]!.hash;
}

describe("the function is found where it is declared", () => {
  test("however func is called, under every form", async () => {
    const written = await writeVariants({ shapes });
    const byForm = new Map<CodeForm, readonly string[]>();
    for (const form of codeForms) {
      const outcomes = (await fingerprintVariants(written, form)).get("shapes")!;
      const names = Object.keys(outcomes).sort();
      expect(names).toHaveLength(12);
      byForm.set(
        form,
        names.map((name) => `${name} ${ownHash(outcomes[name])}`),
      );
    }
    const expected = byForm.get("plain Node")!;
    expect(new Set(expected.map((line) => line.split(" ")[1])).size).toBe(12);
    expect(byForm.get("tsx")).toEqual(expected);
    expect(byForm.get("vitest")).toEqual(expected);
    const names = expected.map((line) => line.split(" ")[0]);
    expect(byForm.get("built")!.map((line) => line.split(" ")[0])).toEqual(names);
  });

  test("under tsx in a package of CommonJS", async () => {
    const written = await writeVariants({ shapes }, { packageType: "commonjs" });
    const outcomes = (await fingerprintVariants(written, "tsx")).get("shapes")!;
    const modules = (await fingerprintVariants(await writeVariants({ shapes }), "tsx")).get("shapes")!;
    expect(Object.keys(outcomes)).toEqual(expect.arrayContaining(Object.keys(modules)));
    for (const name of Object.keys(modules)) expect(outcomes[name]).toEqual(modules[name]);
  });

  test("in a minified bundle, whose source map leads to sources that have since changed", async () => {
    const written = await writeVariants({ shapes }, { built: { minify: true, sourcemap: true } });
    const before = (await fingerprintVariants(written, "built", ["--enable-source-maps"])).get("shapes")!;
    writeFileSync(join(written.folder, "ts/shapes/nodes.ts"), "// nothing is left here\n");
    const after = (await fingerprintVariants(written, "built", ["--enable-source-maps"])).get("shapes")!;
    expect(Object.keys(before)).toHaveLength(12);
    for (const name of Object.keys(before)) {
      expect(before[name]).toMatchObject({ readable: true });
      expect(after[name]).toMatchObject({ readable: true });
      // Of a function that a call makes, the text does not tell which file it came from: both count.
      if (name !== "byCall") expect(after[name]).toEqual(before[name]);
      expect(JSON.stringify(after[name])).toContain('"file":"nodes.js"');
    }
  });
});

describe("the function is not looked for", () => {
  const fn = (x: number): number => x;
  const fingerprint = (site: Parameters<ReturnType<typeof createFingerprinter>["fingerprint"]>[0]["site"]) =>
    createFingerprinter({ dependencyDepth: 2 }).fingerprint({ fn, site, captures: [] });

  test("where there is no file", async () => {
    expect(await fingerprint(undefined)).toMatchObject({ readable: false, code: "no-source" });
    const missing = { file: "/nowhere/nodes.mjs", line: 1, column: 1, declaredAt: Date.now() };
    expect(await fingerprint(missing)).toMatchObject({ readable: false, code: "no-source" });
  });

  test("where the place holds no call", async () => {
    const file = fileURLToPath(import.meta.url);
    const declaredAt = Date.now() + 60_000;
    expect(await fingerprint({ file, line: 1, column: 1, declaredAt })).toMatchObject({ code: "no-source" });
  });

  test.each([
    ["with other parameters, under vitest", "(x, y) => x + 1", "true"],
    ["of another kind, under vitest", "async (x) => x + 1", "true"],
    ["with another text, under plain Node", "(x) => x + 2", undefined],
    ["under a name with another text, under plain Node", "clean); const clean = ((x) => x + 2", undefined],
  ])("where the place holds a function %s", async (_, text, vitest) => {
    const source = `import { func } from "larder-func";\nexport const node = func({}, ${text});\n`;
    const folder = writeProject({ "nodes.mjs": source });
    const site = siteOf(join(folder, "nodes.mjs"), source);
    vi.stubEnv("VITEST", vitest);
    try {
      const outcome = await createFingerprinter({ dependencyDepth: 2 }).fingerprint({
        fn: new Function("return (x) => x + 1")() as () => unknown,
        site,
        captures: [],
      });
      expect(outcome).toMatchObject({ readable: false, code: "no-source" });
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

test("capturing the place leaves the settings of stack traces as they were", () => {
  const limit = Error.stackTraceLimit;
  const prepare = Error.prepareStackTrace;
  function outer() {
    return captureDeclarationSite(outer);
  }
  const before = Date.now();
  const site = outer();
  expect(site?.mapped?.file).toBe(fileURLToPath(import.meta.url));
  expect(site?.declaredAt).toBeGreaterThanOrEqual(before);
  expect(Error.stackTraceLimit).toBe(limit);
  expect(Error.prepareStackTrace).toBe(prepare);
});

test("a place outside every file is none", () => {
  function outer() {
    return captureDeclarationSite(outer);
  }
  const site = new Function("outer", "return outer()")(outer) as ReturnType<typeof outer>;
  expect(site === undefined || site.mapped !== undefined).toBe(true);
});

describe("names of scripts", () => {
  test.each([
    ["/a/b.ts", "/a/b.ts"],
    ["file:///a/b.ts", "/a/b.ts"],
    ["file:///a/b%20c.ts?namespace=1", "/a/b c.ts"],
    ["/a/b.ts?t=1700000000", "/a/b.ts"],
    ["/@fs/a/b.ts", "/a/b.ts"],
    ["C:\\a\\b.ts", "C:\\a\\b.ts"],
    ["C:/a/b.ts?t=1", "C:/a/b.ts"],
    ["\\\\server\\a\\b.ts", "\\\\server\\a\\b.ts"],
    ["node:internal/modules", undefined],
    ["evalmachine.<anonymous>", undefined],
    ["[eval]", undefined],
    ["data:text/javascript,1", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("%s is %s", (name, path) => {
    expect(scriptPath(name)).toBe(path);
  });

  test.each([
    ["Error\n    at make (/a/b.ts:3:10)", { file: "/a/b.ts", line: 3, column: 10 }],
    ["Error\n    at /a/b.ts:3:10", { file: "/a/b.ts", line: 3, column: 10 }],
    ["Error\n    at async file:///a/b.ts:3:10", { file: "/a/b.ts", line: 3, column: 10 }],
    ["Error\n    at Object.<anonymous> (file:///a/b.ts?t=1:3:10)", { file: "/a/b.ts", line: 3, column: 10 }],
    ["Error\n    at new A (C:\\a (x)\\b.ts:3:10)", { file: "C:\\a (x)\\b.ts", line: 3, column: 10 }],
    ["Error: at (/x.ts:1:1)\n    at f (/a/b.ts:3:10)", { file: "/a/b.ts", line: 3, column: 10 }],
    ["Error\n    at eval (eval at x (/a/b.ts:3:10), <anonymous>:1:1)", undefined],
    ["Error", undefined],
  ])("the place in %j is %j", (stack, place) => {
    expect(positionInStack(stack)).toEqual(place);
  });
});
