import { formatBytes, formatCount } from "@larder/app-shared";
import type { ServerCounts } from "./folio-protocol.js";

/** What the server was asked in a step. @param fileBytes - size of the file that was read in part */
export function wordsOfFolioStep({ requests, bytes }: ServerCounts, fileBytes: number | undefined): string {
  if (requests === 0) return "no request";
  const asked = `${formatCount(requests)} ${requests === 1 ? "request" : "requests"}, ${formatBytes(bytes)}`;
  return fileBytes === undefined ? asked : `${asked} of a file of ${formatBytes(fileBytes)}`;
}
