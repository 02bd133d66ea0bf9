/** One thing a function's result depends on: a declaration, a statement, a whole file, a package. */
export interface CodePart {
  /**
   * Relative to the project's root, "/"-separated; `npm:<name>@<version>` for a package outside the project,
   * `node:<name>` for a module of Node itself.
   */
  readonly file: string;
  /** The names declared, `statement`, `file` for a whole file, `package` for a package. */
  readonly declaration: string;
  /** 64 hexadecimal digits. */
  readonly hash: string;
}

/** Why code could not be read. Stable, safe to compare with. */
export type UnreadableCode =
  /** The function uses a variable of a scope between itself and its module. */
  | "captured-variable"
  /** The function's source was not found, or what was found is not the function. */
  | "no-source"
  /** A file that counts was written after the code was loaded. */
  | "changed-since-load"
  /** An import that counts leads to no file. */
  | "unresolved-import"
  /** Code that can't be followed by reading: `eval`, `new Function`, `with`, `import()` of a computed name. */
  | "dynamic-code";

/** The fingerprint of a function's code, or why there is none. */
export type FingerprintOutcome =
  | { readonly readable: true; readonly hash: string; readonly parts: readonly CodePart[] }
  | {
      readonly readable: false;
      readonly code: UnreadableCode;
      /** What happened, to what, and what to do. */
      readonly message: string;
      /** With `captured-variable`: the names. */
      readonly variables?: readonly string[];
    };

/** Why a function has no fingerprint; caught where the outcome is made. */
export class UnreadableCodeError extends Error {
  readonly code: UnreadableCode;
  readonly variables: readonly string[] | undefined;

  constructor(code: UnreadableCode, message: string, variables?: readonly string[]) {
    super(message);
    this.name = "UnreadableCodeError";
    this.code = code;
    this.variables = variables;
  }
}
