import type { Container } from "./id-set.js";

/** First word of a 32-bit Roaring bitmap without containers of runs; the next one counts its containers. */
export const cookieWithoutRuns = 12346;

/** Lower half of the first word of one with containers of runs; the upper half is their number less 1. */
export const cookieWithRuns = 12347;

/** With runs, offsets of containers are stored from so many containers on. */
export const fewestWithOffsets = 4;

/** Bytes of a bitmap of one id. */
export const singleLength = 18;

/** Bytes of the bitmap of containers whose ids share their upper 32 bits. */
export function bitmapLength(containers: readonly Container[]): number {
  let length = layoutOf(containers).contentStart;
  for (const container of containers) length += contentLength(container);
  return length;
}

/** Writes the bitmap of containers whose ids share their upper 32 bits to `base`, where there are zeros; returns its end. */
export function writeBitmap(view: DataView<ArrayBuffer>, base: number, containers: readonly Container[]): number {
  const { hasRuns, hasOffsets, headers, contentStart } = layoutOf(containers);
  const count = containers.length;
  if (hasRuns) view.setUint32(base, cookieWithRuns | ((count - 1) << 16), true);
  else {
    view.setUint32(base, cookieWithoutRuns, true);
    view.setUint32(base + 4, count, true);
  }
  let at = base + contentStart;
  containers.forEach((container, i) => {
    const flags = base + 4 + (i >>> 3);
    if (container.kind === "runs") view.setUint8(flags, view.getUint8(flags) | (1 << (i & 7)));
    const header = base + headers + 4 * i;
    view.setUint16(header, container.high - Math.floor(container.high / 65536) * 65536, true);
    view.setUint16(header + 2, container.size - 1, true);
    if (hasOffsets) view.setUint32(header + 4 * count, at - base, true);
    writeContent(view, at, container);
    at += contentLength(container);
  });
  return at;
}

function layoutOf(containers: readonly Container[]) {
  const count = containers.length;
  const hasRuns = containers.some(({ kind }) => kind === "runs");
  const hasOffsets = !hasRuns || count >= fewestWithOffsets;
  const headers = hasRuns ? 4 + Math.ceil(count / 8) : 8;
  return { hasRuns, hasOffsets, headers, contentStart: headers + (hasOffsets ? 8 : 4) * count };
}

function contentLength(container: Container): number {
  if (container.kind === "list") return 2 * container.size;
  return container.kind === "bits" ? 8192 : 2 + 2 * container.runs.length;
}

function writeContent(view: DataView<ArrayBuffer>, at: number, container: Container): void {
  if (container.kind === "runs") {
    const { runs } = container;
    view.setUint16(at, runs.length / 2, true);
    for (let i = 0; i < runs.length; i += 2) {
      view.setUint16(at + 2 + 2 * i, runs[i]!, true);
      view.setUint16(at + 4 + 2 * i, runs[i + 1]! - runs[i]!, true);
    }
    return;
  }
  const content = container.kind === "list" ? container.lows : container.words;
  new Uint8Array(view.buffer, at).set(new Uint8Array(content.buffer, content.byteOffset, content.byteLength));
}
