import type { Table } from "apache-arrow";
import { isDependency, packageOf } from "../scan/is-dependency.js";
import { numbersOf, textsOf } from "../tables/table-columns.js";
import { importCycles } from "./import-cycles.js";
import { topRows } from "./top-rows.js";

/** Sums over some files. */
export interface Totals {
  readonly files: number;
  readonly bytes: number;
  readonly lines: number;
  readonly symbols: number;
  readonly functions: number;
  readonly imports: number;
  /** Files that were not understood, or not wholly. */
  readonly errors: number;
}

export interface ModuleLine {
  readonly path: string;
  readonly bytes: number;
  readonly lines: number;
  readonly symbols: number;
  readonly complexity: number;
  readonly importedBy: number;
}

export interface FunctionLine {
  readonly path: string;
  readonly line: number;
  readonly name: string;
  readonly complexity: number;
  readonly lines: number;
}

export interface CycleLine {
  /** How many modules can all reach each other. */
  readonly members: number;
  /** A short cycle among them; each imports the next, the last the first. */
  readonly cycle: readonly string[];
}

/** What stands out among some files. */
export interface Section {
  readonly totals: Totals;
  readonly largest: readonly ModuleLine[];
  readonly mostImported: readonly ModuleLine[];
  readonly mostComplex: readonly FunctionLine[];
  /** How many groups of modules import each other. */
  readonly cycleCount: number;
  readonly cycles: readonly CycleLine[];
}

/** The answer of the atlas. */
export interface AtlasReport {
  /** The files of the repository itself. */
  readonly own: Section;
  /** Those of installed packages; null when none were looked at. */
  readonly installed: Section | null;
  /** How many packages are installed, by name. */
  readonly packages: number;
  /** Files with an error, at most `top` of them, those of the repository first. */
  readonly errors: readonly { readonly path: string; readonly error: string }[];
}

/** Imports that are followed when a module is loaded. */
const loading = new Set(["import", "reexport", "require"]);

/** Sums up the three tables. @param top - lines of each list */
export function atlasReport(modules: Table, symbols: Table, imports: Table, top: number): AtlasReport {
  const paths = textsOf(modules, "path") as string[];
  const symbolPaths = textsOf(symbols, "path") as string[];
  const importPaths = textsOf(imports, "path") as string[];
  const installed = new Map(paths.map((path) => [path, isDependency(path)]));
  const errors = textsOf(modules, "error");
  const cycles = cyclesOf(modules, imports, paths, importPaths);
  const section = (ofInstalled: boolean) =>
    sectionOf({
      modules,
      symbols,
      paths,
      symbolPaths,
      importPaths,
      top,
      errors,
      cycles,
      isIn: (path) => installed.get(path) === ofInstalled,
    });
  const failed = paths.flatMap((path, row) => (errors[row] === null ? [] : [{ path, error: errors[row]! }]));
  return {
    own: section(false),
    installed: [...installed.values()].includes(true) ? section(true) : null,
    packages: new Set(paths.map(packageOf).filter((name) => name !== undefined)).size,
    errors: failed.sort((a, b) => Number(installed.get(a.path)) - Number(installed.get(b.path))).slice(0, top),
  };
}

interface SectionParts {
  readonly modules: Table;
  readonly symbols: Table;
  readonly paths: readonly string[];
  /** The file of each symbol, and of each import. */
  readonly symbolPaths: readonly string[];
  readonly importPaths: readonly string[];
  readonly errors: readonly (string | null)[];
  readonly cycles: readonly CycleLine[];
  readonly top: number;
  readonly isIn: (path: string) => boolean;
}

function sectionOf(parts: SectionParts): Section {
  const { modules, symbols, paths, symbolPaths, importPaths, errors, cycles, top, isIn } = parts;
  const rows = paths.flatMap((path, row) => (isIn(path) ? [row] : []));
  const column = (name: string) => numbersOf(modules, name);
  const [bytes, lines, importedBy, complexity] = [
    column("bytes"),
    column("lines"),
    column("importedBy"),
    column("complexity"),
  ];
  const symbolCount = column("symbols");
  const sum = (numbers: Int32Array) => rows.reduce((total, row) => total + numbers[row]!, 0);
  const line = (row: number): ModuleLine => ({
    path: paths[row]!,
    bytes: bytes[row]!,
    lines: lines[row]!,
    symbols: symbolCount[row]!,
    complexity: complexity[row]!,
    importedBy: importedBy[row]!,
  });
  const functions = functionRows(symbols, symbolPaths, isIn);
  const own = cycles.filter(({ cycle }) => isIn(cycle[0]!));
  return {
    totals: {
      files: rows.length,
      bytes: sum(bytes),
      lines: sum(lines),
      symbols: sum(symbolCount),
      functions: functions.rows.length,
      imports: importPaths.filter(isIn).length,
      errors: rows.filter((row) => errors[row] !== null).length,
    },
    largest: topRows(rows, bytes, top).map(line),
    mostImported: topRows(
      rows.filter((row) => importedBy[row]! > 0),
      importedBy,
      top,
    ).map(line),
    mostComplex: topRows(functions.rows, functions.complexity, top).map(functions.line),
    cycleCount: own.length,
    cycles: own.slice(0, top),
  };
}

function functionRows(symbols: Table, paths: readonly string[], isIn: (path: string) => boolean) {
  const complexity = numbersOf(symbols, "complexity");
  const rows: number[] = [];
  for (let row = 0; row < complexity.length; row++) if (complexity[row]! > 0 && isIn(paths[row]!)) rows.push(row);
  const [first, lines] = [numbersOf(symbols, "line"), numbersOf(symbols, "lines")];
  const names = symbols.getChild("name")!;
  const line = (row: number): FunctionLine => ({
    path: paths[row]!,
    line: first[row]!,
    name: String(names.get(row)),
    complexity: complexity[row]!,
    lines: lines[row]!,
  });
  return { rows, complexity, line };
}

/** @param from - the file of each import */
function cyclesOf(modules: Table, imports: Table, paths: readonly string[], from: readonly string[]): CycleLine[] {
  const numbers = new Map(paths.map((path, row) => [path, row]));
  const languages = textsOf(modules, "language");
  const [to, kinds] = [textsOf(imports, "resolved"), textsOf(imports, "kind")];
  const graph = paths.map(() => new Set<number>());
  for (const [row, target] of to.entries()) {
    if (target === null || !loading.has(kinds[row]!)) continue;
    const importer = numbers.get(from[row]!)!;
    // Declarations are never loaded.
    if (languages[importer] !== "dts") graph[importer]!.add(numbers.get(target)!);
  }
  const cycles = importCycles(graph.map((targets) => [...targets]));
  return cycles.map(({ members, shortest }) => ({
    members: members.length,
    cycle: shortest.map((module) => paths[module]!),
  }));
}
