export { dialectOf, isSource, type Language, type SourceType } from "./dialect.js";
export { extractSource, withError } from "./extract-source.js";
export { type Extraction, type ImportColumns, importKinds, type SymbolColumns, symbolKinds } from "./extraction.js";
