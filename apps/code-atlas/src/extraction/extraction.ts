/** What a symbol can be; {@link SymbolColumns.kind} points into this list. */
export const symbolKinds = [
  "function",
  "method",
  "constructor",
  "getter",
  "setter",
  "class",
  "interface",
  "type",
  "enum",
  "namespace",
  "constant",
  "variable",
] as const;

/** How one module asks for another; {@link ImportColumns.kind} points into this list. */
export const importKinds = ["import", "reexport", "type", "dynamic", "require"] as const;

/** The symbols of a file, one list for each of their properties, in the order of the text. */
export interface SymbolColumns {
  /** With the names of what it stands in: `Parser.next`. */
  readonly name: readonly string[];
  /** Places in {@link symbolKinds}. */
  readonly kind: Uint8Array;
  /** First line, from 1. */
  readonly line: Int32Array;
  /** How many lines it covers, from 1. */
  readonly lines: Int32Array;
  /** 1 for what the module exports. */
  readonly exported: Uint8Array;
  /** Cyclomatic complexity of functions, from 1; 0 for what is no function. */
  readonly complexity: Int32Array;
}

/** What a file imports, one list for each property, in the order of the text. */
export interface ImportColumns {
  /** As it is written. */
  readonly specifier: readonly string[];
  /** Places in {@link importKinds}. */
  readonly kind: Uint8Array;
  readonly line: Int32Array;
}

/** What is known of a file from its content and its kind of name alone. */
export interface Extraction {
  readonly bytes: number;
  readonly lines: number;
  /** All decisions in the file, and 1. */
  readonly complexity: number;
  readonly symbols: SymbolColumns;
  readonly imports: ImportColumns;
  /** Names the module exports; `*` for all of another module. */
  readonly exports: readonly string[];
  /** Why the file could not be read as code, or not wholly; then the lists hold what could be. */
  readonly error: string | null;
}
