import { afterAll, describe, expect, test } from "vitest";
import { onlyNodes } from "./code-edits.js";
import { fingerprintOf, removeProjects } from "./source-project.js";

afterAll(removeProjects);

describe("code that can't be followed is refused:", () => {
  const dynamic: Readonly<Record<string, string>> = {
    "direct eval": "const subject = (x) => eval(x);",
    "indirect eval": "const subject = (x) => (0, eval)(x);",
    "new Function": "const subject = (x) => new Function(x);",
    "Function without new": "const subject = (x) => Function(x);",
    "an import of a computed name": "const subject = (x) => import(x);",
    "an import of a resolved computed name": "const subject = (x) => import(import.meta.resolve(x));",
    "an import of a resolved name that goes on": `const subject = (x) => import(\`\${import.meta.resolve('./helpers')}\${x}\`);`,
    "an import of a name before a resolved one": `const subject = (x) => import(\`\${x}\${import.meta.resolve('./helpers')}?again\`);`,
    "an import of another function of import.meta": "const subject = (x) => import(import.meta.other('./helpers'));",
    "an import of what new.target resolves":
      "const subject = function (x) { return import(new.target.resolve('./helpers')); };",
    "a require of a computed name":
      "import { createRequire } from 'node:module'; const load = createRequire(import.meta.url); const subject = (x) => load(x);",
    "a require handed on":
      "import { createRequire } from 'node:module'; const load = createRequire(import.meta.url); const subject = (x) => x(load);",
  };
  for (const [what, text] of Object.entries(dynamic)) {
    test(what, async () => {
      expect(await fingerprintOf(onlyNodes(text))).toMatchObject({ readable: false, code: "dynamic-code" });
    });
    test(`${what}, in a neighbour, is none of the node's business`, async () => {
      const neighbour = text.replace("const subject", "const neighbour");
      expect(await fingerprintOf(onlyNodes(`${neighbour} const subject = () => 1;`))).toMatchObject({ readable: true });
    });
  }
});
