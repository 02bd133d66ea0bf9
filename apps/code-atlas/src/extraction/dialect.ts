/** What a text is read as. */
export type Language = "js" | "ts" | "tsx" | "dts";

/** Whether a text is a module by its name, or by what it holds. */
export type SourceType = "module" | "commonjs" | "unambiguous";

const sourceName = /\.[cm]?[jt]sx?$/;

/** Whether a file is JavaScript or TypeScript, by its name. */
export function isSource(path: string): boolean {
  return sourceName.test(path);
}

/** How the name of a file says it is to be read. JavaScript may hold JSX whatever it is called. */
export function dialectOf(path: string): { readonly language: Language; readonly sourceType: SourceType } {
  const sourceType = /\.m[jt]s$/.test(path) ? "module" : /\.c[jt]s$/.test(path) ? "commonjs" : "unambiguous";
  if (/\.d\.([cm]ts|ts|[^/.]+\.ts)$/.test(path)) return { language: "dts", sourceType };
  if (/\.tsx$/.test(path)) return { language: "tsx", sourceType };
  return { language: /\.[cm]?ts$/.test(path) ? "ts" : "js", sourceType };
}
