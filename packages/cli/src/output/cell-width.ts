const wide =
  /[\p{Extended_Pictographic}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
const widthless = /^[\p{M}\p{Cf}]+$/u;
const plainAscii = /^[\x20-\x7e]*$/;
let segmenter: Intl.Segmenter | undefined;

/** Cells of a terminal that a text without control characters takes. */
export function cellWidth(text: string): number {
  if (plainAscii.test(text)) return text.length;
  let width = 0;
  for (const segment of segments(text)) width += segmentWidth(segment);
  return width;
}

/** The beginning of a text that fits into so many cells, with an ellipsis where it is cut. */
export function fitted(text: string, cells: number): string {
  if (cellWidth(text) <= cells) return text;
  let width = 1;
  let kept = "";
  for (const segment of segments(text)) {
    width += segmentWidth(segment);
    if (width > cells) break;
    kept += segment;
  }
  return cells < 1 ? "" : `${kept}…`;
}

/** A text as it may be shown: what could steer the terminal, or turn the line round, is replaced. */
export function shownSafely(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}

function* segments(text: string): Generator<string> {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  for (const { segment } of segmenter.segment(text)) yield segment;
}

function segmentWidth(segment: string): number {
  if (widthless.test(segment)) return 0;
  return wide.test(segment) ? 2 : 1;
}
