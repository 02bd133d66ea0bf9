const marker = Symbol.for("larder.error");

/** What an error knows besides its message. */
export interface LarderErrorOptions {
  /** Stable, in kebab-case; safe to compare with. */
  readonly code: string;
  /** The facts of the message as data. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Every error Larder throws on purpose. The message says what happened, to what, and what to do. */
export class LarderError extends Error {
  readonly code: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly [marker] = true;

  constructor(message: string, options: LarderErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.facts = options.facts ?? {};
  }

  /** Whether a value is a Larder error, also one from another copy of this package; with `code`, that error. */
  static isInstance(value: unknown, code?: string): value is LarderError {
    if (typeof value !== "object" || value === null || !(marker in value)) return false;
    return code === undefined || (value as LarderError).code === code;
  }
}

/** Stored bytes are not those that were written. Never reaches a caller of a cache: there it is a miss. */
export class DamagedBlobError extends LarderError {
  constructor(what: string, facts: Readonly<Record<string, unknown>>, cause?: unknown) {
    super(`${what} is damaged: ${String(facts.reason)}.`, { code: "damaged-blob", facts, cause });
  }
}

/** A backend was asked for something it does not do. */
export class UnsupportedCapabilityError extends LarderError {
  constructor(capability: string, operation: string) {
    super(
      `${operation} needs a backend with the capability '${capability}', and this one does not declare it in 'supports'. Use a backend that has it, such as MemoryCache or DiskCache.`,
      { code: "unsupported-capability", facts: { capability, operation } },
    );
  }
}
