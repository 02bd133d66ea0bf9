import { LarderError } from "@larder/core";

/**
 * Refuses what is more than data: a client, a stream or a function would be dead when it is read again, in another process.
 *
 * @throws LarderError `live-handle`, with the path to it
 */
export function checkPlainData(value: unknown, path = "$", within: readonly object[] = []): void {
  if (value === null || ["undefined", "boolean", "number", "string", "bigint"].includes(typeof value)) return;
  if (typeof value !== "object") throw liveHandle(path, typeof value === "function" ? "a function" : "a symbol");
  if (within.includes(value)) throw liveHandle(path, "an object that contains itself");
  if (isBytes(value) || isDate(value)) return;
  const inner = [...within, value];
  if (Array.isArray(value)) {
    for (const [at, part] of value.entries()) checkPlainData(part, `${path}[${at}]`, inner);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) throw liveHandle(path, `an object of ${classOf(value)}`);
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    const at = /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`;
    if (property.get !== undefined || property.set !== undefined) throw liveHandle(at, "computed when it is read");
    checkPlainData(property.value, at, inner);
  }
  if (Object.getOwnPropertySymbols(value).length > 0) throw liveHandle(path, "an object with symbols for names");
}

function isBytes(value: object): boolean {
  return value instanceof Uint8Array && [Uint8Array.prototype, Buffer.prototype].includes(Object.getPrototypeOf(value));
}

function isDate(value: object): boolean {
  return value instanceof Date && Object.getPrototypeOf(value) === Date.prototype;
}

function classOf(value: object): string {
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === "string" && name !== "" ? `the class ${name}` : "a class";
}

function liveHandle(path: string, what: string): LarderError {
  return new LarderError(
    `A runtime artefact must be plain data, and at ${path} it is ${what}. Store what it takes to make it again: names, addresses, schemas.`,
    { code: "live-handle", facts: { path, what } },
  );
}
