import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { hashOf, removeProjects, type Sources } from "./source-project.js";

afterEach(removeProjects);

/** A declaration of a made-up program: how it is written, and which others it uses. */
interface Declaration {
  readonly module: number;
  readonly form: number;
  readonly uses: readonly number[];
  /** How it is imported: by name, under another name, through a namespace, or through a barrel. */
  readonly importing: number;
}

/** Each form has a number in it; changing the number must change the fingerprint of what reaches the declaration. */
const forms: readonly ((name: string, uses: string, value: number) => string)[] = [
  (name, uses, value) => `export function ${name}(x) { return [x, ${value}, ${uses}]; }`,
  (name, uses, value) => `export const ${name} = (x) => [x, ${value}, ${uses}];`,
  (name, uses, value) => `export const ${name} = function inner(x = ${value}) { return [inner, x, ${uses}]; };`,
  (name, uses, value) => `export class ${name} { static limit = ${value}; read() { return [${uses}]; } }`,
  (name, uses, value) => `export let ${name} = 0; ${name} = [() => [${uses}], ${value}];`,
  (name, uses, value) => `export const ${name} = { read: () => [${uses}] }; ${name}.limit = ${value};`,
  (name, uses, value) => `export const ${name} = new Map(); ${name}.set("a", [${value}, () => [${uses}]]);`,
  (name, uses, value) => `export const { ${name} = ${value}, ...${name}Rest } = { get other() { return [${uses}]; } };`,
  (
    name,
    uses,
    value,
  ) => `const ${name}Inner = () => [${uses}], ${name}Beside = ${value}; export { ${name}Inner as ${name} };
    ${name}Inner.limit = ${name}Beside;`,
  (name, uses, value) => `export var ${name}; { ${name} = (a, { b = () => [${uses}] } = {}) => [a, b, ${value}]; }`,
];

/** The form that exports its declaration under another name than it has in the module. */
const renamingForm = 8;

/**
 * Forms whose other uses nothing could run while the modules are evaluated. The others hand functions to code at
 * module level, which might: they count as soon as what they use does.
 */
const quietForms = [0, 1, 2, 3, 4, 8];
const allForms = forms.map((_, index) => index);

const moduleCount = 3;

function write(declarations: readonly Declaration[], used: readonly number[], values: readonly number[]): Sources {
  const sources: Record<string, string> = {};
  const modules = Array.from({ length: moduleCount }, () => ({ imports: new Set<string>(), body: [] as string[] }));
  const nodes = { imports: new Set<string>(), body: [] as string[] };

  /** The text by which a module uses a declaration. */
  const use = (from: { imports: Set<string> }, here: number, target: number): string => {
    const { module, form, importing } = declarations[target]!;
    const name = `d${target}`;
    if (module === here) return `() => ${name}${form === renamingForm ? "Inner" : ""}`;
    switch (importing % 4) {
      case 0:
        from.imports.add(`import { ${name} } from "./m${module}.mjs";`);
        return `() => ${name}`;
      case 1:
        from.imports.add(`import { ${name} as renamed${target} } from "./m${module}.mjs";`);
        return `() => renamed${target}`;
      case 2:
        from.imports.add(`import * as all${module} from "./m${module}.mjs";`);
        return `() => all${module}.${name}`;
      default:
        from.imports.add(`import { ${name} as carried${target} } from "./barrel.mjs";`);
        return `() => carried${target}`;
    }
  };

  declarations.forEach(({ module, form, uses }, index) => {
    const target = modules[module]!;
    const texts = uses.map((other) => use(target, module, other)).join(", ");
    target.body.push(forms[form]!(`d${index}`, texts, values[index]!));
  });
  const called = used.map((index) => use(nodes, -1, index)).join(", ");
  sources["nodes.mjs"] =
    `import { func } from "larder-func";\n${[...nodes.imports].join("\n")}\nexport const node = func({}, () => [${called}]);\n`;
  modules.forEach(({ imports, body }, index) => {
    sources[`m${index}.mjs`] = `${[...imports].join("\n")}\n${body.join("\n")}\n`;
  });
  sources["barrel.mjs"] = modules.map((_, index) => `export * from "./m${index}.mjs";`).join("\n");
  return sources;
}

function reachable(declarations: readonly Declaration[], used: readonly number[]): ReadonlySet<number> {
  const reached = new Set(used);
  for (const index of reached) for (const other of declarations[index]!.uses) reached.add(other);
  return reached;
}

const programsOf = (of: readonly number[]) =>
  fc.integer({ min: 1, max: 9 }).chain((count) => {
    const index = fc.integer({ min: 0, max: count - 1 });
    return fc.record({
      declarations: fc.array(
        fc.record({
          module: fc.integer({ min: 0, max: moduleCount - 1 }),
          form: fc.constantFrom(...of),
          uses: fc.uniqueArray(index, { maxLength: 3 }),
          importing: fc.nat({ max: 3 }),
        }),
        { minLength: count, maxLength: count },
      ),
      used: fc.uniqueArray(index, { minLength: 1, maxLength: 2 }),
      changed: index,
      depth: fc.integer({ min: 0, max: 3 }),
    });
  });

const seed = 20_251_121;

test(`changing any one declaration changes the fingerprint exactly when it is reached (seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(programsOf(quietForms), async ({ declarations, used, changed }) => {
      const values = declarations.map((_, index) => 100 + index);
      const before = write(declarations, used, values);
      const after = write(declarations, used, values.with(changed, 999));
      const same = (await hashOf(before, { dependencyDepth: 99 })) === (await hashOf(after, { dependencyDepth: 99 }));
      expect(same).toBe(!reachable(declarations, used).has(changed));
    }),
    { seed, numRuns: 300 },
  );
});

test(`a change that is reached is seen whatever the depth (seed ${seed + 1})`, async () => {
  await fc.assert(
    fc.asyncProperty(programsOf(allForms), async ({ declarations, used, changed, depth: dependencyDepth }) => {
      fc.pre(reachable(declarations, used).has(changed));
      const values = declarations.map((_, index) => 100 + index);
      const before = await hashOf(write(declarations, used, values), { dependencyDepth });
      const after = await hashOf(write(declarations, used, values.with(changed, 999)), { dependencyDepth });
      expect(after).not.toBe(before);
    }),
    { seed: seed + 1, numRuns: 200 },
  );
});
