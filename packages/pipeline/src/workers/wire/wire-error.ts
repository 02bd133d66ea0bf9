import { decodeStructured, encodeStructured, LarderError } from "@larder/core";

/** Something that was thrown, on its way to another thread. */
export type WireError =
  | {
      readonly kind: "error";
      readonly name: string;
      readonly message: string;
      readonly stack: string | undefined;
      /** Whether it is one of Larder's. */
      readonly larder: boolean;
      /** Its other properties, in the structured encoding, as far as they have a form. */
      readonly properties: readonly (readonly [name: string, bytes: Uint8Array])[];
      readonly cause: WireError | undefined;
      /** Of an AggregateError. */
      readonly errors: readonly WireError[] | undefined;
    }
  /** What is thrown need not be an error. */
  | { readonly kind: "value"; readonly bytes: Uint8Array };

/** Causes of causes that are followed. */
const longestChain = 16;

/** Whatever was thrown, in a form that another thread can make an equal one of; what has no form is described. */
export function errorToWire(thrown: unknown, depth = 0): WireError {
  if (!isError(thrown)) return { kind: "value", bytes: encoded(thrown) ?? encodeStructured(describe(thrown)) };
  const deeper = (inner: unknown): WireError => errorToWire(inner, depth + 1);
  const follow = depth < longestChain;
  const properties: (readonly [string, Uint8Array])[] = [];
  for (const name of Object.keys(thrown)) {
    if (["name", "message", "stack", "cause", "errors"].includes(name)) continue;
    const bytes = encoded(read(thrown, name));
    if (bytes !== undefined) properties.push([name, bytes]);
  }
  const errors = read(thrown, "errors");
  return {
    kind: "error",
    name: String(read(thrown, "name")),
    message: String(read(thrown, "message")),
    stack: typeof thrown.stack === "string" ? thrown.stack : undefined,
    larder: LarderError.isInstance(thrown),
    properties,
    cause: follow && read(thrown, "cause") !== undefined ? deeper(read(thrown, "cause")) : undefined,
    errors: follow && Array.isArray(errors) ? errors.map(deeper) : undefined,
  };
}

/** What was thrown, made again: a `LarderError`, an `Error`, or the value. */
export function errorFromWire(wire: WireError): unknown {
  if (wire.kind === "value") return decodeStructured(wire.bytes);
  const properties = new Map(wire.properties.map(([name, bytes]) => [name, decodeStructured(bytes)]));
  const cause = wire.cause === undefined ? {} : { cause: errorFromWire(wire.cause) };
  const error = wire.larder
    ? new LarderError(wire.message, {
        code: String(properties.get("code")),
        facts: (properties.get("facts") ?? {}) as Readonly<Record<string, unknown>>,
        ...cause,
      })
    : new (builtIn(wire.name))(wire.message, cause);
  if (error.name !== wire.name) hidden(error, "name", wire.name);
  hidden(error, "stack", wire.stack);
  if (wire.errors !== undefined) hidden(error, "errors", wire.errors.map(errorFromWire));
  for (const [name, value] of properties) {
    if (wire.larder && (name === "code" || name === "facts")) continue;
    Object.defineProperty(error, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return error;
}

function builtIn(name: string): ErrorConstructor {
  const known: Readonly<Record<string, ErrorConstructor>> = {
    RangeError,
    TypeError,
    SyntaxError,
    ReferenceError,
    EvalError,
    URIError,
  };
  return (Object.hasOwn(known, name) ? known[name] : undefined) ?? Error;
}

function hidden(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, writable: true, enumerable: false, configurable: true });
}

function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === "[object Error]";
}

function read(from: object, name: string): unknown {
  try {
    return (from as Readonly<Record<string, unknown>>)[name];
  } catch {
    return undefined;
  }
}

function encoded(value: unknown): Uint8Array | undefined {
  try {
    return encodeStructured(value);
  } catch {
    return undefined;
  }
}

function describe(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return "something that has no text";
  }
}
