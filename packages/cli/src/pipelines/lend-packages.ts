import { register } from "node:module";

/** Packages that a user's module may import although none are installed where it lies. */
const lent = /^(@larder\/(core|pipeline|disk-cache|folio|store-parquet)|apache-arrow)(\/|$)/;

/**
 * Lets modules anywhere import Larder and Arrow: what can't be found from where they lie is found from here. And a module that
 * is written with `import` and `export` is taken for an ES module, also where no `package.json` says so: as CommonJS it
 * would get copies of Larder that know nothing of ours.
 *
 * To be called once, before any such module is imported.
 */
export function lendPackages(): void {
  // Hooks run on a thread of their own, from a module of their own; this one needs no file beside the program.
  const hooks = `
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
const lent = ${lent};
let home;
export function initialize(data) { home = data.home; }
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context).catch((error) => {
    if (!lent.test(specifier)) throw error;
    return next(specifier, { ...context, parentURL: home });
  });
  if (found.format !== "commonjs" || !/^file:[^?]*[.](ts|tsx|js)([?]|$)/.test(found.url)) return found;
  if (found.url.includes("/node_modules/")) return found;
  const text = await readFile(fileURLToPath(found.url.split("?")[0]), "utf8").catch(() => "");
  return /^\\s*(import|export)\\s*[\\w{*"']/m.test(text) ? { ...found, format: "module" } : found;
}`;
  register(`data:text/javascript,${encodeURIComponent(hooks)}`, { data: { home: import.meta.url } });
}
