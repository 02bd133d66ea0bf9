import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FingerprintOutcome } from "../../src/fingerprint/fingerprint-outcome.js";
import { type CodeForm, codeForms, fingerprintVariants, type NodeOutcomes, writeVariants } from "./code-forms.js";
import { removeProjects, type Sources } from "./source-project.js";

/** One project whose node reaches a bit of everything. */
const project: Sources = {
  "nodes.EXT": `import { version } from "dep";
import { func } from "@larder/pipeline";
import { tidy as neat } from "./barrel.EXT";
import { count } from "./counter.EXT";
import data from "./data.json" with { type: "json" };
import { chain } from "./first.EXT";
import { Meter } from "./meter.EXT";
import * as scale from "./scale.EXT";
import standard from "./standard.EXT";
import "./setup.EXT";

const LIMIT = 10;
let mode = "fast";
mode = "slow";

function local(x) {
  return x + LIMIT;
}

function neighbour() {
  return "nobody asks";
}

export const node = func({ inputs: [], output: "node" }, (x) => {
  const steps = [neat, chain, scale.double, standard, local];
  return [version, mode, count(), data.limit, new Meter().read(), steps.map((step) => step(x))];
});

export const other = func({ inputs: [], output: "other" }, () => neighbour());
`,
  "barrel.EXT": `export { clean as tidy, spill } from "./clean.EXT";\n`,
  "clean.EXT": `export const clean = (x) => x - 1;\nexport const spill = (x) => x + 99;\n`,
  "counter.EXT": `export let total = 0;\nexport function count() { return total; }\nexport function raise() { total = 7; }\n`,
  "data.json": `{ "limit": 5 }`,
  "first.EXT": `import { second } from "./second.EXT";\nexport const chain = (x) => second(x);\n`,
  "second.EXT": `import { third } from "./third.EXT";\nexport const second = (x) => third(x);\nexport const besideSecond = 2;\n`,
  "third.EXT": `import { fourth } from "./fourth.EXT";\nexport const third = (x) => fourth(x) * 3;\n`,
  "fourth.EXT": `export const fourth = (x) => x * 4;\n`,
  "meter.EXT": `export class Meter {\n  read() { return 1; }\n}\n`,
  "scale.EXT": `export const double = (x) => x * 2;\nexport const triple = (x) => x * 3;\n`,
  "standard.EXT": `export default function (x) { return x * 1; }\n`,
  "setup.EXT": `globalThis.larderFixture = "set up";\n`,
  "node_modules/dep/package.json": `{ "name": "dep", "version": "1.0.0", "type": "module", "exports": "./index.js" }`,
  "node_modules/dep/index.js": `export const version = "ours";\n`,
};

interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly matters: boolean;
  /** Where it is not tried: types are no JavaScript. */
  readonly not?: readonly CodeForm[];
  /** Why it does not matter once it is built. */
  readonly exceptBuilt?: string;
}

const onlyTyped: readonly CodeForm[] = ["plain Node"];

const changes: Readonly<Record<string, Change>> = {
  "the node's own function": {
    file: "nodes.EXT",
    from: "new Meter().read()",
    to: "-new Meter().read()",
    matters: true,
  },
  "a helper of the same module": { file: "nodes.EXT", from: "x + LIMIT", to: "x - LIMIT", matters: true },
  "a constant": { file: "nodes.EXT", from: "LIMIT = 10", to: "LIMIT = 11", matters: true },
  "what a let is set to": { file: "nodes.EXT", from: 'mode = "slow"', to: 'mode = "slower"', matters: true },
  "a let's writer in another module": {
    file: "counter.EXT",
    from: "total = 7",
    to: "total = 8",
    matters: true,
    exceptBuilt: "nobody calls it, so the bundler leaves it out",
  },
  "a helper re-exported by a barrel": { file: "clean.EXT", from: "x - 1", to: "x - 2", matters: true },
  "what a barrel re-exports": {
    file: "barrel.EXT",
    from: "clean as tidy, spill",
    to: "clean, spill as tidy",
    matters: true,
  },
  "the module one import deep": { file: "first.EXT", from: "second(x)", to: "second(-x)", matters: true },
  "the module two imports deep": { file: "second.EXT", from: "third(x)", to: "third(-x)", matters: true },
  "the module three imports deep": { file: "third.EXT", from: "* 3", to: "* 33", matters: true },
  "the module four imports deep": { file: "fourth.EXT", from: "* 4", to: "* 44", matters: true },
  "a member of a namespace": { file: "scale.EXT", from: "x * 2", to: "x * 22", matters: true },
  "a default export": { file: "standard.EXT", from: "x * 1", to: "x * 11", matters: true },
  "a method of a class": { file: "meter.EXT", from: "return 1", to: "return 2", matters: true },
  "a side-effect import": { file: "setup.EXT", from: "set up", to: "set down", matters: true },
  "JSON data": { file: "data.json", from: "5", to: "6", matters: true },
  "a package's version": { file: "node_modules/dep/package.json", from: "1.0.0", to: "1.0.1", matters: true },

  "a comment": { file: "nodes.EXT", from: "const steps", to: "// a word\n  const /* more */ steps", matters: false },
  "a comment in a helper's file": {
    file: "clean.EXT",
    from: "export const clean",
    to: "/** Cleans. */\nexport const clean",
    matters: false,
  },
  formatting: { file: "nodes.EXT", from: "return x + LIMIT;", to: "return (x\n+ LIMIT)", matters: false },
  "formatting four imports deep": { file: "fourth.EXT", from: "(x) => x * 4;", to: "x =>\n\n x   * 4", matters: false },
  "an unreferenced neighbour": { file: "nodes.EXT", from: "nobody asks", to: "nobody asked", matters: false },
  "a new neighbour": {
    file: "nodes.EXT",
    from: "const LIMIT",
    to: "export const added = [1];\nconst LIMIT",
    matters: false,
  },
  "an unreferenced export beside a helper": { file: "clean.EXT", from: "x + 99", to: "x + 98", matters: false },
  "an unreferenced member of a namespace": { file: "scale.EXT", from: "x * 3", to: "x * 33", matters: false },
  "a neighbour two imports deep": {
    file: "second.EXT",
    from: "besideSecond = 2",
    to: "besideSecond = 3",
    matters: false,
  },
  "a package's file, its version unchanged": {
    file: "node_modules/dep/index.js",
    from: "ours",
    to: "theirs",
    matters: false,
  },

  "a type": { file: "nodes.EXT", from: "local(x)", to: "local(x: number): number", matters: false, not: onlyTyped },
  "an assertion of a type": {
    file: "nodes.EXT",
    from: "data.limit",
    to: "(data.limit as number)!",
    matters: false,
    not: onlyTyped,
  },
  "an interface and its import": {
    file: "nodes.EXT",
    from: "const LIMIT",
    to: 'import type { Meter as M } from "./meter.EXT";\ninterface Row extends M { x: number }\nconst LIMIT',
    matters: false,
    not: onlyTyped,
  },
  "an import that is used only as a type": {
    file: "fourth.EXT",
    from: "export",
    to: 'import { Meter } from "./meter.EXT";\nexport type M = Meter;\nexport',
    matters: false,
    not: onlyTyped,
  },
  "the value of an enum": {
    file: "meter.EXT",
    from: "return 1",
    to: "return Unit.Metre",
    matters: true,
    not: onlyTyped,
  },
};

const variants: Record<string, Sources> = { base: project };
const variantOf = new Map<string, string>();
for (const [what, change] of Object.entries(changes)) {
  const name = what.replaceAll(/[^a-z]+/gi, "-");
  const text = project[change.file];
  if (!text?.includes(change.from)) throw new Error(`'${change.from}' is not in ${change.file}`);
  variants[name] = { ...project, [change.file]: text.replace(change.from, () => change.to) };
  variantOf.set(what, name);
}
// Types make these texts no JavaScript: under its names they are the unchanged ones.
const enumText = "export enum Unit { Metre = 1 }\n";
variants[variantOf.get("the value of an enum")!] = {
  ...project,
  "meter.EXT": enumText.replace("1", "2") + project["meter.EXT"]!.replace("return 1", "return Unit.Metre"),
};
variants.enum = {
  ...project,
  "meter.EXT": enumText + project["meter.EXT"]!.replace("return 1", "return Unit.Metre"),
};

afterAll(removeProjects);

const byForm = new Map<CodeForm, ReadonlyMap<string, NodeOutcomes>>();

beforeAll(async () => {
  const written = await writeVariants(variants);
  for (const form of codeForms) {
    const names = written.names.filter(
      (name) => ![...variantOf].some(([what, of]) => of === name && changes[what]!.not?.includes(form)),
    );
    const tried = form === "plain Node" ? names.filter((name) => name !== "enum") : names;
    byForm.set(form, await fingerprintVariants({ ...written, names: tried }, form));
  }
});

function outcome(form: CodeForm, name: string): Extract<FingerprintOutcome, { readable: true }> {
  const found = byForm.get(form)?.get(name)?.node;
  if (!found?.readable) throw new Error(`${form}, ${name}: ${JSON.stringify(found)}`);
  return found;
}

describe.each(codeForms)("under %s", (form) => {
  for (const [what, change] of Object.entries(changes)) {
    if (change.not?.includes(form)) continue;
    const matters = change.matters && !(form === "built" && change.exceptBuilt !== undefined);
    test(`changing ${what} ${matters ? "changes" : "keeps"} the fingerprint`, () => {
      const base = outcome(form, what === "the value of an enum" ? "enum" : "base");
      const changed = outcome(form, variantOf.get(what)!);
      if (matters) expect(changed.hash).not.toBe(base.hash);
      else expect(changed.parts).toEqual(base.parts);
    });
  }

  test("a changed part names the file and the declaration", () => {
    const before = new Set(outcome(form, "base").parts.map((part) => JSON.stringify(part)));
    const changed = outcome(form, variantOf.get("a helper re-exported by a barrel")!);
    const parts = changed.parts.filter((part) => !before.has(JSON.stringify(part)));
    const file = form === "built" ? "nodes.js" : form === "plain Node" ? "clean.mjs" : "clean.ts";
    expect(parts).toMatchObject([{ file, declaration: "clean" }]);
  });
});

test("TypeScript under tsx and under vitest has the same fingerprint", () => {
  expect(outcome("vitest", "base").parts).toEqual(outcome("tsx", "base").parts);
});

test("no part holds a path of this machine", () => {
  for (const form of codeForms) expect(JSON.stringify(outcome(form, "base"))).not.toContain(process.cwd());
});
