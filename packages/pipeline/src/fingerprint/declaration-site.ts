import { positionInStack, type SourcePosition, scriptPath } from "./stack-position.js";

/** Where and when a node was declared. Lines and columns count from 1, columns in UTF-16 code units. */
export interface DeclarationSite extends SourcePosition {
  /** In the original source, where a loader gave a source map (tsx, vitest); equals the other place without one. */
  readonly mapped?: SourcePosition;
  /** Absolute milliseconds. */
  readonly declaredAt: number;
}

/**
 * Where the function that is running was called from. Takes about 10 µs; the source-mapped place is worked out when
 * it is first asked for.
 *
 * @param omit the function whose caller is meant
 * @returns `undefined` when the caller is no file: a text given to `eval`, a prompt
 */
export function captureDeclarationSite(omit: (...args: never[]) => unknown): DeclarationSite | undefined {
  const declaredAt = Date.now();
  const limit = Error.stackTraceLimit;
  const prepare = Error.prepareStackTrace;
  const raw: { stack?: unknown } = {};
  const text: { stack?: unknown } = {};
  let frame: NodeJS.CallSite | undefined;
  try {
    Error.stackTraceLimit = 1;
    Error.captureStackTrace(text, omit);
    Error.captureStackTrace(raw, omit);
    Error.prepareStackTrace = (_, frames) => frames;
    frame = (raw.stack as NodeJS.CallSite[])[0];
  } finally {
    Error.prepareStackTrace = prepare;
    Error.stackTraceLimit = limit;
  }
  if (frame === undefined) return undefined;
  const file = scriptPath(frame.getFileName() ?? frame.getScriptNameOrSourceURL());
  const line = frame.getLineNumber() ?? 0;
  const column = frame.getColumnNumber() ?? 0;
  let mapped: SourcePosition | undefined;
  let known = false;
  const original = (): SourcePosition | undefined => {
    // Only reading `stack` makes the text, through whatever source maps are in force.
    if (!known) mapped = typeof text.stack === "string" ? positionInStack(text.stack) : undefined;
    known = true;
    return mapped;
  };
  if (file === undefined) {
    const place = original();
    return place === undefined ? undefined : { ...place, mapped: place, declaredAt };
  }
  return {
    file,
    line,
    column,
    get mapped() {
      return original() ?? { file, line, column };
    },
    declaredAt,
  };
}
