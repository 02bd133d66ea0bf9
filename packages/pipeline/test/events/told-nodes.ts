import { func, Pipeline } from "@larder/pipeline";

export const load = func({ name: "loader", inputs: ["x"], output: "loaded", cache: true }, ({ x }: { x: number }) => [
  x,
  x + 1,
]);
const double = func(
  { name: "doubler", inputs: ["loaded"], output: "doubled", cache: true, mapAxis: "loaded" },
  ({ loaded }: { loaded: number }) => loaded * 2,
);
const log = func({ inputs: ["doubled"], output: "logged" }, () => null);
export const broken = func({ name: "broken", inputs: ["loaded"], output: "never" }, () => {
  throw Object.assign(new Error("no answer from https://user:secret@example.org/?token=abc"), { code: "ENOANSWER" });
});
export const after = func({ inputs: ["never"], output: "after" }, () => 1);
export const pipeline = new Pipeline([load, double, log], { name: "told" });
