import { func, Pipeline } from "@larder/pipeline";

/** What is done to one file, as little as may be: what is measured is what surrounds it. */
export function symbolsOf(file) {
  return { path: file, length: file.length, names: [`${file}#a`, `${file}#b`] };
}

const symbols = func({ inputs: ["files"], output: "symbols", mapAxis: "files", cache: true }, ({ files: file }) =>
  symbolsOf(file),
);

export const pipeline = new Pipeline([symbols], { name: "bench-map" });
