import { type SymbolColumns, symbolKinds } from "./extraction.js";
import type { LineNumbers } from "./line-numbers.js";

export type SymbolKind = (typeof symbolKinds)[number];

const functionKinds: ReadonlySet<SymbolKind> = new Set(["function", "method", "constructor", "getter", "setter"]);

interface FoundSymbol {
  readonly name: string;
  readonly kind: SymbolKind;
  readonly start: number;
  readonly end: number;
  readonly exported: boolean;
  complexity: number;
}

/** Symbols as they are found, in any order. */
export interface SymbolList {
  /** Adds one and returns its number. */
  add(symbol: Omit<FoundSymbol, "complexity">): number;
  /** Counts a decision in the function with this number; nothing for what is no function. */
  decide(symbol: number): void;
  /** All of them, in the order of the text. */
  columns(lines: LineNumbers): SymbolColumns;
}

export function symbolList(): SymbolList {
  const found: FoundSymbol[] = [];
  return {
    add(symbol) {
      // Names may be texts with half a pair of surrogates, which no table can hold.
      return (
        found.push({
          ...symbol,
          name: symbol.name.toWellFormed(),
          complexity: functionKinds.has(symbol.kind) ? 1 : 0,
        }) - 1
      );
    },
    decide(number) {
      const symbol = found[number]!;
      if (symbol.complexity > 0) symbol.complexity += 1;
    },
    columns(lines) {
      // Sorting is stable: of two that begin at one place, the outer was found first.
      const sorted = [...found].sort((a, b) => a.start - b.start);
      const first = sorted.map(({ start }) => lines.at(start));
      return {
        name: sorted.map(({ name }) => name),
        kind: Uint8Array.from(sorted, ({ kind }) => symbolKinds.indexOf(kind)),
        line: Int32Array.from(first),
        lines: Int32Array.from(sorted, ({ start, end }, at) => lines.at(Math.max(start, end - 1)) - first[at]! + 1),
        exported: Uint8Array.from(sorted, ({ exported }) => (exported ? 1 : 0)),
        complexity: Int32Array.from(sorted, ({ complexity }) => complexity),
      };
    },
  };
}
