import { inspect, types } from "node:util";

/** Of a path with more steps than this, only the first and last are shown. */
const shownSteps = 40;

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * The path to where a walk stands, such as `$.options.handlers[2].run` or `$.users.get("ann").address`.
 *
 * @param containers - the objects on the way, outermost first
 * @param steps - the step taken in each: a property name, an index, or twice the position of a map's entry (one more
 *   for its value)
 */
export function renderPath(
  containers: readonly object[],
  steps: readonly (string | symbol | number)[],
  root = "$",
): string {
  let path = root;
  for (let depth = 0; depth < containers.length; depth++) {
    if (steps[depth] === undefined) break;
    if (depth === shownSteps / 2 && containers.length > shownSteps) {
      depth = containers.length - shownSteps / 2;
      path += `…(${depth - shownSteps / 2} more)…`;
    }
    path += renderStep(containers[depth]!, steps[depth]!, path === "");
  }
  return path;
}

/** One step of a path; `first` leaves out the dot before a name. */
export function renderStep(container: object, step: string | symbol | number, first = false): string {
  if (typeof step === "symbol") return `[${String(step)}]`;
  if (typeof step === "string") {
    if (!identifier.test(step)) return `[${JSON.stringify(step)}]`;
    return first ? step : `.${step}`;
  }
  if (types.isMap(container)) {
    const key = nth(Map.prototype.keys.call(container), step >> 1);
    if (step % 2 === 0) return `.keys(${step >> 1})`;
    const text = typeof key === "object" || typeof key === "function" ? `<key ${step >> 1}>` : inspect(key);
    return `.get(${typeof key === "string" ? JSON.stringify(key) : text})`;
  }
  if (types.isSet(container)) return `.values(${step})`;
  return `[${step}]`;
}

function nth(values: Iterable<unknown>, position: number): unknown {
  let at = 0;
  for (const value of values) {
    if (at++ === position) return value;
  }
  return undefined;
}
